// The identity provider: which groups get which role, and a test sign-in that shows what comes back.

import { call } from '../../api/client.ts'
import type { OidcTest, Provider } from '../../api/contract.ts'
import { useResource, type Resource } from '../../api/resource.ts'
import { useAction } from '../../api/use-action.ts'
import { Button } from '../../kit/button.tsx'
import { Copyable } from '../../kit/copy-button.tsx'
import { DataTable } from '../../kit/data-table.tsx'
import { FirstStep } from '../../kit/first-step.tsx'
import { Notice, Panel } from '../../kit/page.tsx'
import { Problem } from '../../kit/problem.tsx'
import { Loaded } from '../../kit/reading.tsx'
import { useWords } from '../../language/words.ts'
import { Link } from '../../router/link.tsx'
import { useQueryField } from '../../router/location.ts'
import { ACCESS_WORDS } from './words.ts'

const PROVIDER: Resource<{ readonly provider: Provider }> = { path: '/api/v1/oidc' }
const EXAMPLE = `admin:
  oidc:
    issuer: https://id.example.com/
    clientId: sallyport
    clientSecret: "\${env:OIDC_SECRET}"
    roles: { platform-team: admin, developers: operator, "*": viewer }
`

export function IdentityProvider() {
  const t = useWords(ACCESS_WORDS)
  const reading = useResource(PROVIDER)
  const [test] = useQueryField('test')
  return (
    <Loaded resource={PROVIDER} reading={reading}>
      {({ provider }) =>
        provider === null ? (
          <FirstStep
            title={t.providerNone}
            hint={t.providerHow}
            example={EXAMPLE}
            command="check sallyport.yaml"
            operation="readOidc"
            needs="admin"
            action={
              <Link className="button primary" to="/config">
                {t.toConfig}
              </Link>
            }
          />
        ) : (
          <>
            {test !== '' && <Tested key={test} id={test} />}
            <TestSignIn isAgain={test !== ''} />
            <Facts provider={provider} />
          </>
        )
      }
    </Loaded>
  )
}

function TestSignIn({ isAgain }: { readonly isAgain: boolean }) {
  const t = useWords(ACCESS_WORDS)
  const action = useAction()
  const begin = (): void =>
    void action.run(async () => {
      const { url } = await call<{ url: string }>('POST', '/api/v1/oidc:test')
      location.assign(url)
    })
  return (
    <Panel title={t.test}>
      <p>{t.testLead}</p>
      {action.refusal && <Problem refusal={action.refusal} />}
      <Button kind={isAgain ? 'plain' : 'primary'} isBusy={action.isBusy} onClick={begin}>
        {isAgain ? t.testAgain : t.test}
      </Button>
    </Panel>
  )
}

function Tested({ id }: { readonly id: string }) {
  const resource: Resource<OidcTest> = { path: `/api/v1/oidc/tests/${encodeURIComponent(id)}` }
  const reading = useResource(resource)
  return (
    <Loaded resource={resource} reading={reading}>
      {(test) => <Outcome test={test} />}
    </Loaded>
  )
}

function Outcome({
  test: { problem, role, displayName, groups, claims },
}: {
  readonly test: OidcTest
}) {
  const t = useWords(ACCESS_WORDS)
  if (problem !== '') {
    return (
      <Notice tone="bad" title={t.testFailed}>
        {problem}
      </Notice>
    )
  }
  return (
    <>
      {role === null ? (
        <Notice tone="bad" title={t.testRefused(displayName)} />
      ) : (
        <Notice tone="ok" title={t.testAs(displayName, t.roles[role])}>
          {t.matched}: {groups.join(', ') || t.noGroups}
        </Notice>
      )}
      <Panel title={t.claims}>
        <DataTable
          caption={t.claims}
          columns={[
            { id: 'claim', title: t.claim, cell: ([name]) => <code>{name}</code> },
            { id: 'value', title: t.value, cell: ([, value]) => <code>{textOf(value)}</code> },
          ]}
          rows={Object.entries(claims)}
          keyOf={([name]) => name}
          isFixed
          empty={null}
        />
      </Panel>
    </>
  )
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function Facts({ provider }: { readonly provider: NonNullable<Provider> }) {
  const t = useWords(ACCESS_WORDS)
  const { issuer, clientId, groupsClaim, roles } = provider
  return (
    <Panel title={t.tabs.provider}>
      <div className="form">
        <dl className="facts">
          <dt>{t.issuer}</dt>
          <dd>
            <code>{issuer}</code>
          </dd>
          <dt>{t.clientId}</dt>
          <dd>
            <code>{clientId}</code>
          </dd>
          <dt>{t.groupsClaim}</dt>
          <dd>
            <code>{groupsClaim}</code>
          </dd>
        </dl>
        <h3>{t.redirect}</h3>
        <Copyable text={`${location.origin}/api/v1/oidc/callback`} />
        <h3>{t.groupRoles}</h3>
        <DataTable
          caption={t.groupRoles}
          columns={[
            {
              id: 'group',
              title: t.group,
              cell: ({ group }) => (group === '*' ? t.everybody : <code>{group}</code>),
            },
            { id: 'role', title: t.role, cell: ({ role }) => t.roles[role] },
          ]}
          rows={roles}
          keyOf={({ group }) => group}
          isFixed
          empty={null}
        />
        <p className="hint">{t.rolesHint}</p>
      </div>
    </Panel>
  )
}
