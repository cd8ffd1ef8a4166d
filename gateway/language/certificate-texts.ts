// What the admin API says of certificates and of the authorities that issue them.

import type { Texts } from './texts.ts'

export const CERTIFICATE_TEXTS: Texts = {
  'a bundle has at most {} anchors: wait until old ones are gone':
    'バンドルに入れられるアンカーは{1}個までです。古いものがなくなるまで待ってください',
  'a production mesh needs an authority of its own: write `mesh.ca`':
    '本番のメッシュには独自の認証局が必要です。`mesh.ca` を書いてください',
  'its certificate may not sign certificates': 'その証明書では証明書に署名できません',
  'its key does not belong to its certificate': '鍵と証明書が対応していません',
  'the authority of the mesh: {}': 'メッシュの認証局：{1}',
  'the key {} is open to others: chmod 600 it':
    '鍵{1}をほかのユーザーが読めます。chmod 600 を実行してください',
  'its {} cannot be read': '{1w}を読み取れません',
  'its key is too weak or of an unknown kind': '鍵が弱すぎるか、対応していない種類です',
  'its key cannot be read': '鍵を読み取れません',
  'its certificate: {} ({})': '証明書：{1}（{2}）',
  'the id is of no service of this mesh': 'このメッシュのサービスのIDではありません',
  'the certification request cannot be accepted': '証明書要求を受け付けられません',
  'the certificate of the authority has expired': '認証局の証明書は期限切れです',
  'another authority is announced already': '別の認証局がすでに予告されています',
  'no other authority is announced': '予告されている認証局はありません',
  'what the authority of the mesh issues is refused: {}':
    'メッシュの認証局が発行するものは拒否されます：{1}',
  '{} are revoked already: revoke the id and not its serial numbers':
    'すでに{1}件が失効しています。シリアル番号ではなくIDを失効させてください',
  'others can read {}: chmod 600 it': 'ほかのユーザーが{1}を読めます。chmod 600 を実行してください',
  '{} is not as it was written': '{1}の内容が保存時と異なります',
  'listener {} has no `tls.acme` in the configuration':
    'リスナー{1}の設定に `tls.acme` がありません',
  'an order is under way: wait for it': '発行の手続き中です。お待ちください',
  'listener {} does not answer the challenge': 'リスナー{1}が検証（チャレンジ）に応答しません',
  'it names no account': '応答にアカウントがありません',
  'it gives no nonce': '応答にnonceがありません',
  '{} is no URL': '{1}はURLではありません',
  '{} is not https': '{1}はhttpsではありません',
  'the directory is not one of RFC 8555: {}': 'ディレクトリがRFC 8555の形式ではありません：{1}',
  'it was issued, but cannot be served from {}': '発行されましたが、{1}から提供できません',
  'the authority has not decided within {} minutes': '認証局の判定が{1}分以内に出ませんでした',
  'control ends': 'コントロールプレーンが終了します',
  'an order has no finalize': '発行の手続きに finalize がありません',
  'the order is {}': '発行の手続きの状態は{1}です',
  'there is no certificate': '証明書がありません',
  'an order has no address': '発行の手続きにアドレスがありません',
  'an order has no authorizations': '発行の手続きに認可がありません',
  'an authorization has no address': '認可にアドレスがありません',
  '{} is {}': '{1}は{2}です',
  'an authorization has no identifier': '認可に識別子がありません',
  'the authority does not offer tls-alpn-01 for {}': '認証局は{1}に tls-alpn-01 を提供していません',
  'a challenge has no token': 'チャレンジにトークンがありません',
  'a challenge has no address': 'チャレンジにアドレスがありません',
  'the authority answered with status {}': '認証局の応答のステータスは{1}です',
  'there is no TLS listener {}': 'TLSのリスナー{1}はありません',
  'another upload is under way: wait for it': '別のアップロードが処理中です。お待ちください',
  'the file of the configuration has an error, so nothing new is taken over: {}':
    '設定ファイルに誤りがあるため、新しいものは取り込まれません：{1}',
  'clients are shown another one': 'クライアントには別の証明書が示されます',
  'the workers did not take it over': 'ワーカーが取り込みませんでした',
  '{}: the folder is as it was; the gateway’s log says more':
    '{1}。フォルダーは元のままです。詳細はゲートウェイのログにあります',
  'its port is not known': 'ポートが分かりません',
  'it has no address': 'アドレスがありません',
  'nothing is served yet: ask again in a moment':
    'まだ何も提供していません。少し待ってからもう一度お試しください',
  'above {}': '{1}の上位',
  '{} certificate': '{1}の証明書',
  '{} keys wait for their certificates already': '証明書を待っている鍵がすでに{1}個あります',
  '{}: upload one, or remove its file from the data folder':
    '{1}：証明書をアップロードするか、データフォルダーからファイルを削除してください',
  'write it in lower case, international names as xn--…':
    '小文字で、国際化ドメイン名は xn--… で書いてください',
  'this is no host name and no address': 'ホスト名でもアドレスでもありません',
  'there is no certificate in {}': '{1}に証明書がありません',
  'the files of {} hold other keys or certificates, too: replace them by hand':
    '{1}のファイルにはほかの鍵や証明書も含まれています。手作業で差し替えてください',
  'the folder of certificates cannot be written to ({})':
    '証明書のフォルダーに書き込めません（{1}）',
  '{}: put the files there by another way': '{1}：別の方法でファイルを配置してください',
  '{} is a link: whatever keeps it is to renew it':
    '{1}はリンクです。リンク先を管理しているもので更新してください',
  'there is no certificate in it': '証明書がありません',
  'paste the PEM text of the chain': 'チェーンのPEMテキストを貼り付けてください',
  'there is no private key': '秘密鍵がありません',
  'paste the key that belongs to it (PEM)': '対応する鍵（PEM）を貼り付けてください',
  'put the certificate of the key first, then each one after the one it issued':
    '鍵に対応する証明書を先頭に、発行された側から発行した側の順に並べてください',
  'the chain is in the wrong order': 'チェーンの順序が正しくありません',
  'send the key that the certificate was made for': '証明書の作成に使った鍵を送信してください',
  'the private key does not belong to the certificate': '秘密鍵が証明書に対応していません',
  'it comes first in the folder: clients that name no host we know are shown it from now on':
    'フォルダーの先頭になります。今後、登録のないホスト名で接続したクライアントにはこの証明書が示されます',
  'give it a name further back in the alphabet if that is not wanted':
    '望まない場合は、アルファベット順で後ろになる名前にしてください',
  'the certificate': '証明書',
  'renew it, or confirm that it is to be kept all the same':
    '更新するか、それでも保存することを確認してください',
  '{} serves all of its names already': '{1}がすべての名前をすでに提供しています',
  'send `replaces: "listener:{}"` to put it in the place of that one':
    '置き換えるには `replaces: "listener:{1}"` を送信してください',
  'use P-256, P-384, Ed25519, or RSA of 2048 bits or more':
    'P-256、P-384、Ed25519、または2048ビット以上のRSAを使ってください',
  'write it again, as PEM without a passphrase': 'パスフレーズなしのPEM形式で書き直してください',
  'there is no listener {} that serves TLS': 'TLSを提供するリスナー{1}はありません',
  '{} is there already: send `replaces: "listener:{}"`, or another name':
    '{1}はすでにあります。`replaces: "listener:{2}"` を送信するか、別の名前にしてください',
  'no route of the listener is for {}': 'リスナーに{1}のルートがありません',
  'check the name, or add the route': '名前を確認するか、ルートを追加してください',
  'there is no `mesh:` in the configuration': '設定に `mesh:` がありません',
  'ttl: write 1s to 24h': 'ttl：1s～24h で指定してください',
  'no join token {}': '参加トークン{1}はありません',
  'name either `id` or `serial`': '`id` か `serial` のどちらかを指定してください',
  'it cannot be written down: {}': '書き込めません：{1}',
  'the authority is one of the configuration: name the new files in `mesh.ca`':
    '認証局は設定で指定されています。新しいファイルを `mesh.ca` に書いてください',
  '{}; their root is announced, and used 5 minutes later, once every sidecar believes it':
    '{1}。そのルート証明書は予告され、5分後以降、すべてのサイドカーが信頼してから使われます',
  'no new root is announced': '予告されている新しいルート証明書はありません',
  '{} of {} sidecars trust the new root: wait for the others, or stop them':
    '新しいルート証明書を信頼しているサイドカーは{2}個中{1}個です。残りを待つか、停止してください',
  '{}/{} does not trust it yet': '{1}/{2}はまだ信頼していません',
  'it hears of it within seconds while control reaches it':
    'コントロールプレーンに接続していれば数秒で通知されます',
  'send either `token` or `jwt`': '`token` か `jwt` のどちらか一方を送信してください',
  '{} is not valid now ({})': '{1}は現在有効ではありません（{2}）',
  'no other certificate serves its names, so the configuration would be refused':
    'その名前を提供するほかの証明書がないため、設定が拒否されます',
  'put one that is good for its names there first':
    '先に、その名前に有効な証明書を配置してください',
  '{}, and {}': '{1}。また、{2}',
  'the configuration names the new root: take back the change of `mesh.ca`':
    '新しいルート証明書は設定で指定されています。`mesh.ca` の変更を元に戻してください',
  'a certificate needs at least one name': '証明書には1つ以上の名前が必要です',
  'a certificate of the mesh lives one second to 24 hours':
    'メッシュの証明書の有効期間は1秒～24時間です',
  'a revocation is of a SPIFFE id or of a serial number in lower-case hex':
    '失効の対象は、SPIFFE IDまたは小文字の16進数のシリアル番号です',
  'no complete answer within {} s': '{1}秒以内に完全な応答がありません',
  'it showed no certificate': '証明書が提示されませんでした',
  'a mesh keeps its trust domain: a new one needs a restart':
    'メッシュの信頼ドメインは稼働中に変更できません。変更には再起動が必要です',
  'a mesh keeps its trust domain for life': 'メッシュの信頼ドメインは後から変更できません',
}
