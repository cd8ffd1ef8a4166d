// Small named texts that control must remember (accounts, sessions, join tokens): in a folder, or shared in Redis.

/** `version` grows with every write; 0 is that of a document that does not exist. */
export interface Document {
  readonly text: string
  readonly version: number
}

export const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024

/** Both reject where the place cannot be reached, or holds something that was damaged: it is never taken for empty. */
export interface Documents {
  read(name: string): Promise<Document>
  /** False, and nothing is written, where the document's version is not `version` any more. */
  write(name: string, text: string, version: number): Promise<boolean>
  /** The place cannot be reached now: what is read was read before, and nothing can be written. Absent: never. */
  readonly isAway?: boolean
}

/** Reads, changes and writes until nobody came in between. `change` may run several times; null writes nothing. */
export async function update<Result>(
  documents: Documents,
  name: string,
  change: (text: string) => { readonly text: string | null; readonly result: Result },
): Promise<Result> {
  for (;;) {
    const document = await documents.read(name)
    const { text, result } = change(document.text)
    if (text === null || (await documents.write(name, text, document.version))) return result
  }
}
