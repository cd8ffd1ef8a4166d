// The schema of `tls.acme` of a listener: certificates that an authority issues by itself (RFC 8555).

import { Type, type Static } from 'typebox'

/** As many as the largest public authority takes in one certificate. */
const MAX_NAMES = 100

export const AcmeOptions = Type.Object(
  {
    directory: Type.String({
      pattern: '^https?://',
      maxLength: 2000,
      title: 'the URL of a directory',
      description:
        'Directory of the authority, like https://acme-v02.api.letsencrypt.org/directory.',
    }),
    email: Type.String({
      pattern: '^[^@\\s,?]+@[^@\\s,?]+$',
      maxLength: 254,
      title: 'a mail address',
      description: 'Where the authority reaches whoever is responsible.',
    }),
    names: Type.Array(
      Type.String({ minLength: 1, maxLength: 253, title: 'a host name', description: 'A host.' }),
      {
        minItems: 1,
        maxItems: MAX_NAMES,
        description: 'Host names of the one certificate, the first in front; no wildcards.',
      },
    ),
    ca: Type.Optional(
      Type.String({
        minLength: 1,
        title: 'a file',
        description: 'CAs (PEM) that the directory itself is verified by; default: the system’s.',
      }),
    ),
    termsAgreed: Type.Literal(true, {
      title: '`true`, once the terms have been read',
      description: 'true: the terms of the authority have been read and agreed to.',
    }),
  },
  {
    additionalProperties: false,
    description:
      'Certificates that an authority issues and renews by itself (ACME). It asks this listener on port 443 of every name.',
  },
)

export type AcmeOptions = Static<typeof AcmeOptions>
