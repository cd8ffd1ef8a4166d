// What the page about identities says.

import { words } from '../../language/words.ts'

export const IDENTITY_WORDS = words(
  {
    title: 'Identities',
    lead: 'Who is who in the mesh, by SPIFFE id, and who is believed no longer.',
    active: 'In use',
    activeLead:
      'Every instance proves its identity with a certificate that lives an hour or less and renews itself.',
    id: 'SPIFFE id',
    instances: 'Instances',
    none: 'No service has an identity yet: none has joined.',
    revoked: 'Believed no longer',
    revokedNone: 'Nobody is revoked.',
    kind: 'What',
    kinds: { id: 'identity', serial: 'certificate' },
    value: 'SPIFFE id or serial number',
    revoke: 'Revoke…',
    revokeTitle: 'Believe it no longer?',
    revokeText:
      'Every sidecar and the gateway refuse it at once and end its connections. This cannot be undone here.',
    what: 'SPIFFE id, or serial number of one certificate',
    whatHint: 'Like spiffe://example.internal/ns/default/svc/orders, or hexadecimal digits.',
    reason: 'Why',
    reasonHint: 'For the audit.',
    revokeDo: 'Revoke',
    done: 'It is believed no longer.',
    needs: 'Say what, and why.',
  },
  {
    title: 'ID（証明書）',
    lead: 'メッシュ内のSPIFFE IDと、無効にしたIDです。',
    active: '使用中',
    activeLead: '各インスタンスは、1時間以内に期限が切れ自動更新される証明書でIDを証明します。',
    id: 'SPIFFE ID',
    instances: 'インスタンス',
    none: 'まだ参加したサービスがないため、IDはありません。',
    revoked: '無効にしたもの',
    revokedNone: '無効にしたものはありません。',
    kind: '種類',
    kinds: { id: 'ID', serial: '証明書' },
    value: 'SPIFFE IDまたはシリアル番号',
    revoke: '無効にする…',
    revokeTitle: '無効にしますか？',
    revokeText:
      'すべてのサイドカーとゲートウェイが直ちに拒否し、接続も切断します。ここでは元に戻せません。',
    what: 'SPIFFE ID、または証明書のシリアル番号',
    whatHint: 'spiffe://example.internal/ns/default/svc/orders の形式、または16進数。',
    reason: '理由',
    reasonHint: '監査に残ります。',
    revokeDo: '無効にする',
    done: '無効にしました。',
    needs: '対象と理由を入力してください。',
  },
)
