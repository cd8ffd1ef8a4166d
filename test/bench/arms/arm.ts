// What a product must tell to take part in a comparison.

import type { Materials } from '../materials.ts'
import type { Command } from '../processes.ts'
import type { Program } from '../programs.ts'
import type { Scenario, ScenarioName } from '../scenarios.ts'

export interface Arm {
  readonly name: string
  /** The scenarios it can serve as it comes, with nothing added. */
  readonly scenarios: readonly ScenarioName[]
  /** The installed program, or null: the arm is left out. */
  find(searchPath: string): Program | null
  /** Writes its configuration below `setup.folder` and says how it is started, with one worker. */
  configure(program: Program, setup: ArmSetup): Command
}

export interface ArmSetup {
  /** Its own, empty. */
  readonly folder: string
  readonly scenario: Scenario
  readonly materials: Materials
  /** Where it is to listen on 127.0.0.1. */
  readonly port: number
  /** Where the upstream listens on 127.0.0.1, cleartext. */
  readonly upstreamPort: number
}
