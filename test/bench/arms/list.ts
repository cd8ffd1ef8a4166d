// All products that can take part, in the order they are shown.

import type { Arm } from './arm.ts'
import { caddy } from './caddy.ts'
import { haproxy } from './haproxy.ts'
import { nginx } from './nginx.ts'
import { sallyport } from './sallyport.ts'
import { stock } from './stock.ts'

export const arms: readonly Arm[] = [nginx, haproxy, caddy, stock, sallyport]
