// A PEM text: pasted, or read from a file of this machine.

import { TextArea } from '../../kit/form.tsx'
import { useWords } from '../../language/words.ts'
import { CERTIFICATE_WORDS } from './words.ts'

/** A larger file is no certificate and no key. */
const MAX_BYTES = 256 * 1024

export interface PemFieldProps {
  readonly label: string
  readonly hint: string
  readonly fault?: string | null
  readonly value: string
  readonly onChange: (text: string) => void
}

export function PemField({ label, hint, fault = null, value, onChange }: PemFieldProps) {
  const t = useWords(CERTIFICATE_WORDS)
  const read = async (file: File | undefined): Promise<void> => {
    if (file !== undefined && file.size <= MAX_BYTES) onChange(await file.text())
  }
  return (
    <>
      <TextArea
        label={label}
        hint={hint}
        fault={fault}
        className="code"
        rows={5}
        autoComplete="off"
        placeholder="-----BEGIN …"
        value={value}
        onChange={onChange}
      />
      <label className="row">
        <span className="hint">{t.orFile}</span>
        <input
          type="file"
          accept=".pem,.crt,.cer,.key"
          aria-label={t.fileOf(label)}
          onChange={(event) => void read(event.target.files?.[0])}
        />
      </label>
    </>
  )
}
