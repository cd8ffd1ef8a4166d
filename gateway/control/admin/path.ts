// Paths of operations as OpenAPI writes them: Fastify's own form says parameters with a colon, and a colon with two.

const PARAMETER = /(?<!:):(\w+)(?:\([^)]*\))?/g

/** `/api/v1/revisions/{number}:restore`. */
export function templateOf(path: string): string {
  return path.replaceAll(PARAMETER, '{$1}').replaceAll('::', ':')
}

export function parametersOf(path: string): readonly string[] {
  return [...path.matchAll(PARAMETER)].map(([, name = '']) => name)
}

/** Whether a request for `target` (without its query) is one for `path`, but for the method. */
export function isAt(path: string, target: string): boolean {
  const pattern = templateOf(path)
    .split(/\{\w+\}/)
    .map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^/]+')
  return new RegExp(`^${pattern}$`).test(target)
}
