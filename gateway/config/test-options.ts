// The schema of `tests:`: cases that every later configuration must still decide as they say.

import { Type } from 'typebox'

const CLOSED = { additionalProperties: false }

function text(description: string, maxLength = 200) {
  return Type.String({ minLength: 1, maxLength, description })
}

const Method = Type.Optional(
  Type.String({
    pattern: '^[A-Z]{1,32}$',
    title: 'a method',
    description: 'In upper case; default GET.',
  }),
)
const Path = Type.Optional(text('Default `/`.', 2048))

const Token = Type.Object(
  {
    issuer: text('An issuer of `issuers:`.'),
    claims: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'Besides `iss`, `iat` and `exp`, or in their place.',
      }),
    ),
    type: Type.Optional(text('`typ` of its header; default: what the issuer asks for.')),
    algorithm: Type.Optional(text('Default: the first that the issuer may use.')),
  },
  { ...CLOSED, description: 'Taken for a token that this issuer signed, good for five minutes.' },
)

const Request = Type.Object(
  {
    url: text('`https://host/path?query`.', 4096),
    method: Method,
    headers: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'Fields by name.' }),
    ),
    from: Type.Optional(text('Address of the client; default 127.0.0.1.')),
    listener: Type.Optional(text('Default: the one of the URL’s port or scheme.')),
    http2: Type.Optional(Type.Boolean({ description: 'Over HTTP/2; default false.' })),
    token: Type.Optional(Token),
  },
  { ...CLOSED, description: 'A request of the edge.' },
)

function call(description: string, to: string) {
  const from = text('Name of the calling service.')
  return Type.Optional(
    Type.Object({ from, to: text(to), method: Method, path: Path }, { ...CLOSED, description }),
  )
}

const Expected = Type.Object(
  {
    verdict: Type.Optional(
      Type.Union([Type.Literal('allow'), Type.Literal('deny')], {
        description: '`allow` or `deny`.',
      }),
    ),
    status: Type.Optional(
      Type.Integer({
        minimum: 200,
        maximum: 599,
        description: 'Of an answer of our own: what is sent on has none.',
      }),
    ),
    reason: Type.Optional(text('The word of the refusal, or `ok`.')),
    route: Type.Optional(text('The route that takes the request.')),
    rule: Type.Optional(text('What decided: an egress or mesh rule, a limit, an issuer.')),
  },
  { ...CLOSED, minProperties: 1, description: 'What must come of it; at least one.' },
)

export const TestOptions = Type.Object(
  {
    name: text('What it shows, in a few words.'),
    request: Type.Optional(Request),
    egress: call('A call that wants out.', '`host` or `host:port`.'),
    mesh: call('A call from service to service.', 'Name of the service that is called.'),
    expect: Expected,
  },
  { ...CLOSED, description: 'A case and what must come of it.' },
)
