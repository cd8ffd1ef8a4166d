// Header fields, as rows of a list of facts.

export interface FieldFactsProps {
  readonly fields: readonly { readonly name: string; readonly value: string }[]
}

/** To stand in a `dl`. */
export function FieldFacts({ fields }: FieldFactsProps) {
  return fields.map(({ name, value }) => (
    <div key={name} className="fact">
      <dt>
        <code>{name}</code>
      </dt>
      <dd>
        <code>{value}</code>
      </dd>
    </div>
  ))
}
