// The certificate folder of a listener as it lies on disk now, judged by the same code that puts it to work.

import { disk } from '../../config/disk.ts'
import { MaterialCollector, type MaterialReader } from '../../config/materials.ts'
import { pairUp, type Candidate, type NamedPem } from '../../config/certificate-pairs.ts'
import { readPem } from '../../config/pem.ts'
import type { CertificatePlan, ListenerPlan } from '../../config/plan.ts'
import { compileCertificates } from '../../config/tls-material.ts'
import type { CertificateFault } from './schemas.ts'

/** As in the loader: what else lies in a folder is no business of ours. */
const PEM_FILE = /^[^.].*\.(pem|crt|cer|key)$/i

export interface FolderView {
  /** Path as written in the configuration. */
  readonly folder: string
  readonly files: readonly NamedPem[]
  /** Certificates with their keys, in the order of their files, sound or not. */
  readonly pairs: readonly Candidate[]
  /** What would be served, the default first. */
  readonly usable: readonly CertificatePlan[]
  readonly faults: readonly CertificateFault[]
}

export interface FolderContext {
  /** The configuration's file: relative paths begin in its folder. Absolute. */
  readonly file: string
  readonly production: boolean
  readonly nowMs: number
  /** An authority issues what is missing or over. Default false. */
  readonly isRenewed?: boolean
}

/** A listener that serves TLS. */
export type TlsListener = ListenerPlan & { readonly tls: NonNullable<ListenerPlan['tls']> }

export function tlsListeners(listeners: readonly ListenerPlan[]): readonly TlsListener[] {
  return listeners.filter((listener): listener is TlsListener => listener.tls !== null)
}

/** Of `certs:`, as written: every certificate of a listener comes from there. */
export function folderOf({ tls }: TlsListener): string {
  return tls.folder
}

export function readerOf({ file, nowMs }: FolderContext): MaterialReader {
  return new MaterialCollector(file, disk, nowMs)
}

/** `reader` with these files in the folder, by name; null: without it. */
export function withFiles(
  reader: MaterialReader,
  folder: string,
  changed: ReadonlyMap<string, string | null>,
): MaterialReader {
  const byPath = new Map([...changed].map(([name, text]) => [`${folder}/${name}`, text]))
  return {
    readAtMs: reader.readAtMs,
    file: (path) => {
      const text = byPath.get(path)
      return text === undefined || text === null ? reader.file(path) : { text }
    },
    folder: (path) => {
      const listing = reader.folder(path)
      if (path !== folder || 'error' in listing) return listing
      const names = new Set(listing.names)
      for (const [name, text] of changed) {
        if (text === null) names.delete(name)
        else names.add(name)
      }
      return { names: [...names].toSorted() }
    },
  }
}

/** Never throws: what cannot be read is a fault. */
export function viewFolder(
  folder: string,
  reader: MaterialReader,
  { production, isRenewed = false }: FolderContext,
): FolderView {
  const faults: CertificateFault[] = []
  const usable = compileCertificates(folder, reader, {
    at: [],
    production,
    isRenewed,
    report: ({ severity, message, fix }) => faults.push({ severity, message, fix }),
  })
  const listing = reader.folder(folder)
  const names = 'error' in listing ? [] : listing.names.filter((name) => PEM_FILE.test(name))
  const files = names.flatMap((name): NamedPem[] => {
    const file = `${folder}/${name}`
    const content = reader.file(file)
    return 'error' in content ? [] : [{ file, ...readPem(content.text) }]
  })
  return { folder, files, pairs: pairUp(files, () => null), usable, faults }
}
