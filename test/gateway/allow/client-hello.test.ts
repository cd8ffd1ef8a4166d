// The first bytes of tunnels: what real clients send, in every piece, and what no client sends.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  ClientHelloReader,
  MAX_HELLO_BYTES,
  type HelloResult,
} from '../../../gateway/allow/client-hello.ts'
import {
  extension,
  helloMessage,
  realHello,
  records,
  serverName,
  vector,
  type HelloParts,
} from './hello-bytes.ts'

const ECH = 0xfe0d

/** Pushes `wire` in pieces of `size` bytes until there is an answer. */
function read(wire: Buffer, size = wire.length): HelloResult | 'more' {
  const reader = new ClientHelloReader()
  for (let start = 0; start < wire.length; start += size) {
    const result = reader.push(wire.subarray(start, start + size))
    if (result !== 'more') return result
  }
  return 'more'
}

function hello(name: string | null, hasEch = false): HelloResult {
  return { kind: 'hello', serverName: name, hasEch }
}

const written = (parts: HelloParts): Buffer => records(helloMessage(parts))

describe('a real client', () => {
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    test(`of ${version} is read in pieces of any size`, async () => {
      const wire = await realHello({ servername: 'API.Example.com', maxVersion: version })
      for (const size of [1, 2, 3, 5, 7, 64, wire.length]) {
        assert.deepEqual(read(wire, size), hello('api.example.com'), `pieces of ${size}`)
      }
    })

    test(`of ${version} without a server name is a hello all the same`, async () => {
      const wire = await realHello({ servername: '', maxVersion: version })
      assert.deepEqual(read(wire), hello(null))
    })
  }

  test('is not done before its last byte', async () => {
    const wire = await realHello({ servername: 'example.com' })
    for (let length = 0; length < wire.length; length++) {
      const reader = new ClientHelloReader()
      assert.equal(reader.push(wire.subarray(0, length)), 'more', `${length} bytes`)
    }
  })

  test('may have sent more already, and gets all of it passed on', async () => {
    const wire = await realHello({ servername: 'example.com' })
    const early = Buffer.from([23, 3, 3, 0, 1, 0])
    const reader = new ClientHelloReader()
    assert.deepEqual(reader.push(Buffer.concat([wire, early])), hello('example.com'))
    assert.deepEqual(reader.bytes, Buffer.concat([wire, early]))
  })
})

describe('a hello in several records', () => {
  for (const size of [1, 3, 4, 5, 50]) {
    test(`of ${size} bytes each is read`, () => {
      const wire = records(helloMessage(), size)
      assert.deepEqual(read(wire), hello('example.com'))
      assert.deepEqual(read(wire, 1), hello('example.com'))
    })
  }

  test('with something else in between is malformed', () => {
    const wire = records(helloMessage(), 50)
    const alert = Buffer.from([21, 3, 3, 0, 2, 1, 0])
    const mixed = Buffer.concat([wire.subarray(0, 55), alert, wire.subarray(55)])
    assert.deepEqual(read(mixed), { kind: 'malformed' })
  })
})

describe('a long hello', () => {
  const padded = (bytes: number): Buffer => {
    return written({ extensions: [serverName('example.com'), extension(21, Buffer.alloc(bytes))] })
  }

  test('of 12 KiB is read', () => {
    assert.deepEqual(read(padded(12_000), 100), hello('example.com'))
  })

  test('of 20 KB is refused as soon as it says so', () => {
    const wire = padded(20_000)
    assert.deepEqual(read(wire), { kind: 'too_long' })
    const reader = new ClientHelloReader()
    let pushed = 0
    let result: HelloResult | 'more' = 'more'
    while (result === 'more') result = reader.push(wire.subarray(pushed++, pushed))
    assert.deepEqual(result, { kind: 'too_long' })
    assert.ok(pushed <= MAX_HELLO_BYTES)
  })

  test('that grows by tiny records is refused at the bound', () => {
    const wire = records(helloMessage({ extensions: [extension(21, Buffer.alloc(12_000))] }), 8)
    assert.ok(wire.length > MAX_HELLO_BYTES)
    assert.deepEqual(read(wire, 1000), { kind: 'too_long' })
  })
})

describe('encrypted hellos', () => {
  test('show in the answer, real or GREASE', () => {
    const wire = written({
      extensions: [extension(ECH, Buffer.alloc(9)), serverName('cdn.example')],
    })
    assert.deepEqual(read(wire), hello('cdn.example', true))
  })
})

describe('what is not TLS', () => {
  const CASES: Readonly<Record<string, Buffer>> = {
    'an HTTP request': Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    'an SSH banner': Buffer.from('SSH-2.0-OpenSSH_9.9\r\n'),
    'an SSLv2 hello': Buffer.from([0x80, 0x2e, 1, 0, 2]),
    'an alert': Buffer.from([21, 3, 3, 0, 2, 2, 40]),
    'application data': Buffer.from([23, 3, 3, 0, 1, 0]),
    'another major version': Buffer.from([22, 4, 0, 0, 1, 1]),
    zeros: Buffer.alloc(16),
  }
  for (const [name, wire] of Object.entries(CASES)) {
    test(`${name} is told by its first bytes`, () => {
      assert.deepEqual(read(wire), { kind: 'not_tls' })
      assert.deepEqual(read(wire, 1), { kind: 'not_tls' })
    })
  }
})

describe('a hello that no client writes', () => {
  const sni = (data: Buffer): HelloParts => ({ extensions: [extension(0, data)] })
  const name = Buffer.from('example.com')
  const entry = Buffer.concat([Buffer.from([0]), vector(2, name)])
  const CASES: Readonly<Record<string, Buffer>> = {
    'an empty record': Buffer.from([22, 3, 1, 0, 0]),
    'a record over 16 KiB': Buffer.from([22, 3, 1, 0x40, 1]),
    'another handshake message': records(Buffer.from([2, 0, 0, 0])),
    'a message behind the hello': records(Buffer.concat([helloMessage(), Buffer.from([1])])),
    'an empty body': records(Buffer.from([1, 0, 0, 0])),
    'a session id of 33 bytes': written({ sessionId: Buffer.alloc(33) }),
    'no cipher suites': written({ suites: Buffer.alloc(0) }),
    'half a cipher suite': written({ suites: Buffer.alloc(3) }),
    'no compression methods': written({ compression: Buffer.alloc(0) }),
    'bytes behind the extensions': written({ trailing: Buffer.alloc(1) }),
    'half an extension': written({ extensions: [Buffer.from([0, 0, 0])] }),
    'an extension longer than the hello': written({ extensions: [Buffer.from([0, 0, 0, 9])] }),
    'two server name extensions': written({
      extensions: [serverName('a.com'), serverName('b.com')],
    }),
    'two server names': written({ extensions: [serverName('a.com', 'b.com')] }),
    'no server name in the extension': written(sni(vector(2, Buffer.alloc(0)))),
    'an empty server name': written({ extensions: [serverName('')] }),
    'a server name of another type': written(
      sni(vector(2, Buffer.concat([Buffer.from([1]), vector(2, name)]))),
    ),
    'bytes behind the server name list': written(
      sni(Buffer.concat([vector(2, entry), Buffer.from([0])])),
    ),
    'a server name that is cut off': written(sni(vector(2, entry.subarray(0, 6)))),
    'a server name with a NUL': written({ extensions: [serverName('example.com\0.evil.com')] }),
    'a server name with a blank': written({ extensions: [serverName('example.com ')] }),
    'a server name beyond ASCII': written({ extensions: [serverName('ex\u00e4mple.com')] }),
  }
  for (const [what, wire] of Object.entries(CASES)) {
    test(`${what} is malformed`, () => {
      assert.deepEqual(read(wire), { kind: 'malformed' })
      assert.deepEqual(read(wire, 1), { kind: 'malformed' })
    })
  }

  test('no byte that changes makes the reader throw, or read another name unnoticed', () => {
    const wire = written({})
    for (let at = 0; at < wire.length; at++) {
      const changed = Buffer.from(wire)
      changed[at] = changed[at]! ^ 0xff
      const result = read(changed)
      if (result !== 'more' && result.kind === 'hello')
        assert.equal(typeof result.hasEch, 'boolean')
    }
  })
})

describe('an older hello', () => {
  test('without any extension names nobody', () => {
    assert.deepEqual(read(written({ extensions: null })), hello(null))
  })

  test('with an empty list of extensions too', () => {
    assert.deepEqual(read(written({ extensions: [] })), hello(null))
  })

  test('a trailing dot of the server name is taken off', () => {
    assert.deepEqual(
      read(written({ extensions: [serverName('example.com.')] })),
      hello('example.com'),
    )
  })
})
