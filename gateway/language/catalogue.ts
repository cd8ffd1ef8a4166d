// All texts there are in Japanese, by the English they are written in.

import { ACCESS_TEXTS } from './access-texts.ts'
import { CERTIFICATE_TEXTS } from './certificate-texts.ts'
import { COMMAND_TEXTS } from './command-texts.ts'
import { CONFIG_TEXTS } from './config-texts.ts'
import { CONTROL_TEXTS } from './control-texts.ts'
import { EGRESS_KEY_TEXTS } from './egress-key-texts.ts'
import { EGRESS_TEXTS } from './egress-texts.ts'
import { EXPLAIN_TEXTS } from './explain-texts.ts'
import { FIELD_TEXTS } from './field-texts.ts'
import { FOREIGN_TEXTS } from './foreign-texts.ts'
import { KEY_TEXTS } from './key-texts.ts'
import { LIVE_TEXTS } from './live-texts.ts'
import { POLICY_TEXTS } from './policy-texts.ts'
import { ROUTE_TEXTS } from './route-texts.ts'
import type { Texts } from './texts.ts'

/** Of texts that stand as such in the sources. */
export const CATALOGUE: Texts = {
  ...ACCESS_TEXTS,
  ...CERTIFICATE_TEXTS,
  ...COMMAND_TEXTS,
  ...CONFIG_TEXTS,
  ...CONTROL_TEXTS,
  ...EGRESS_TEXTS,
  ...EXPLAIN_TEXTS,
  ...LIVE_TEXTS,
  ...POLICY_TEXTS,
  ...ROUTE_TEXTS,
}

/** Of the words by which schemas explain themselves, and of what libraries and the system say. */
export const FURTHER_CATALOGUE: Texts = {
  ...KEY_TEXTS,
  ...EGRESS_KEY_TEXTS,
  ...FIELD_TEXTS,
  ...FOREIGN_TEXTS,
}
