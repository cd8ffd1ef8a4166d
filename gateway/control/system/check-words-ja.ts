// What checks say in Japanese.

import type { CheckWords, Saying } from './check-words-en.ts'

function fine(detail: string): Saying {
  return { detail, hint: '' }
}

function told(detail: string, hint: string): Saying {
  return { detail, hint }
}

export const CHECK_WORDS_JA: CheckWords = {
  tooSlow: (seconds) =>
    told(
      `${seconds}秒以内に応答がありません`,
      'ネットワークとこのマシンの負荷を確認し、もう一度実行してください',
    ),
  broken: (reason) =>
    told(
      `検査そのものに失敗しました：${reason}`,
      'もう一度実行し、続く場合は診断情報を添えて報告してください',
    ),
  notRunning: (reason) =>
    told(
      `ゲートウェイが応答しません：${reason}`,
      '`sallyport up -c FILE` で起動するか、`--pre` でファイルだけを検査してください',
    ),
  nodeGood: (version) => fine(`Node ${version}`),
  nodeOld: (version) =>
    told(
      `Node ${version} には、クライアント証明書に必要なTLSの修正が含まれていません`,
      'Node 24.18以降を使ってください',
    ),
  filesGood: (limit) => fine(`同時に開けるファイル数は${limit}です`),
  filesUnknown: () => fine('このシステムでは、同時に開けるファイル数を確認できません'),
  filesFew: (limit, wanted) =>
    told(
      `同時に開けるファイル数が${limit}しかありません（接続1本につき1つ使います）`,
      `${wanted}以上にしてください：\`ulimit -n ${wanted}\`、またはサービスの LimitNOFILE=`,
    ),
  portFree: (count) => fine(`${count}個のポートが空いています`),
  portOurs: (count) => fine(`${count}個のポートが応答しています`),
  portTaken: (door, reason) =>
    told(
      `${door}で待ち受けできません：${reason}`,
      '使用中のプログラムを終了するか、別のポートを指定してください',
    ),
  portSilent: (door, reason) =>
    told(`${door}が応答しません：${reason}`, 'ゲートウェイのログでこのリスナーを確認してください'),
  configGood: (file) => fine(`${file}は有効です`),
  configWarned: (count, first) =>
    told(
      `有効ですが、警告が${count}件あります。最初の警告：${first}`,
      'すべて表示するには `sallyport check FILE`',
    ),
  configRefused: (count, first) =>
    told(
      `問題が${count}件あります。最初の問題：${first}`,
      'すべて表示するには `sallyport check FILE`',
    ),
  driftNone: () => fine('ファイルと稼働中の設定は一致しています'),
  driftFound: (file) =>
    told(
      `${file}が稼働中の設定と異なります`,
      '`sallyport diff FILE` で確認し、`sallyport apply FILE` で適用するか、編集を元に戻してください',
    ),
  driftUnread: (reason) =>
    told(
      `ファイルを読み込めません：${reason}`,
      'ゲートウェイの実行ユーザーが読めるようにしてください',
    ),
  waiting: (until) =>
    told(
      `最新の変更は、確定しなければ${until}に取り消されます`,
      '残すには `sallyport apply --confirm`',
    ),
  expiryGood: (days) => fine(`すべての証明書の有効期限は${days}日以上先です`),
  expiryRenewed: () => fine('すべての証明書が期限内に自動更新されています'),
  expirySoon: (file, days) =>
    told(
      `${file}はあと${days}日で期限切れになります`,
      '更新してください。フォルダーは監視しているため、再起動は不要です',
    ),
  expired: (file, day) =>
    told(
      `${file}は${day}に期限切れになりました`,
      'すぐに差し替えてください。クライアントに拒否されます',
    ),
  acmeGood: (listener) => fine(`${listener}の証明書は認証局から自動で発行されています`),
  acmeWaiting: (listener) =>
    told(
      `${listener}の証明書は認証局からまだ発行されていません`,
      '`sallyport certs acme`で状況を確認してください',
    ),
  acmeFailed: (listener, reason, nextAt) =>
    told(
      `${listener}の証明書が発行されませんでした：${reason}（次回の試行: ${nextAt}）`,
      '原因を解消したら`sallyport certs renew LISTENER`を実行してください',
    ),
  namesGood: () => fine('ルートのすべてのホスト名に証明書があります'),
  namesMissing: (hosts, listener) =>
    told(
      `${listener}に、${hosts}用の証明書がありません`,
      'これらの名前を含む証明書をリスナーのフォルダーに追加してください',
    ),
  chainGood: (count) => fine(`証明書${count}枚のチェーンがそろっています`),
  chainShort: (files) =>
    told(
      `${files}に発行者の証明書がありません`,
      '中間証明書をリーフの後ろに追加してください。一部のクライアントに拒否されます',
    ),
  keysGuarded: () => fine('秘密鍵は所有者だけが読めます'),
  keysOpen: (files) =>
    told(`他のユーザーが読める秘密鍵があります：${files}`, 'chmod 600 を実行してください'),
  caDevelopment: () =>
    told(
      'メッシュは、ここで生成された開発用の認証局を使っています',
      '本番利用の前に `mesh.ca` で自社の認証局を指定してください',
    ),
  caGood: (days) => fine(`メッシュの認証局の有効期限まで${days}日あります`),
  caSoon: (days) =>
    told(
      `メッシュの認証局はあと${days}日で期限切れになります`,
      '`mesh.ca` で差し替えてください。発行した証明書もそれ以降は使えません',
    ),
  caExpired: () =>
    told(
      'メッシュの認証局は期限切れです',
      'すぐに `mesh.ca` で差し替えてください。サイドカーが証明書を更新できません',
    ),
  identitiesGood: (count) => fine(`${count}個のインスタンスが正常に応答しています`),
  identitiesNone: () => fine('まだインスタンスは参加していません'),
  identitiesBad: (instances) =>
    told(
      `正常でない、または応答のないインスタンス：${instances}`,
      '各サイドカーを確認してください：同じマシンで `curl 127.0.0.1:15000/ready`',
    ),
  storeEmbedded: () => fine('組み込みストア：このノードは単独で動作しています'),
  storeAway: (reason) =>
    told(`ストアが応答しません：${reason}`, 'アドレス、パスワード、経路を確認してください'),
  storeGood: (ms) => fine(`ストアの応答時間は${ms}ミリ秒です`),
  storeSlow: (ms) =>
    told(
      `ストアの応答に${ms}ミリ秒かかっています`,
      'より近くに置いてください。レート制限の判定が待たされます',
    ),
  scriptsGood: () => fine('ストアでスクリプトを実行できます'),
  scriptsRefused: (reason) =>
    told(
      `ストアがスクリプトを拒否しました：${reason}`,
      'ゲートウェイが使うユーザーに EVAL を許可してください',
    ),
  evictionGood: () => fine('ストアがキーを破棄することはありません'),
  evictionUnknown: () => fine('ストアのキー破棄の設定は確認できませんでした'),
  evictionBad: (policy) =>
    told(
      `ストアはメモリーが不足するとキーを破棄します（${policy}）`,
      'maxmemory-policy を noeviction にしてください。カウンターやリビジョンが失われます',
    ),
  clockGood: (ms) => fine(`ストアとの時刻の差は${ms}ミリ秒以内です`),
  clockOff: (ms) =>
    told(
      `ストアとの時刻の差が${ms}ミリ秒あります`,
      'すべてのマシンで時刻同期（chrony、systemd-timesyncd）を動かしてください',
    ),
  issuerInline: (issuer) => fine(`${issuer}：鍵は設定に書かれています`),
  issuerGood: (issuer, keys) => fine(`${issuer}：鍵${keys}個、最新の状態です`),
  issuerBehind: (issuer) =>
    told(
      `${issuer}の鍵が、使用中のものと異なります`,
      '対応は不要です。10分以内、または未知の鍵を受け取ったときに再取得します',
    ),
  issuerAway: (issuer, reason) =>
    told(
      `${issuer}の鍵を取得できません：${reason}`,
      'アドレスと経路を確認してください。取得済みの鍵は24時間使われます',
    ),
  issuerNone: (issuer) =>
    told(
      `${issuer}の鍵がありません。このトークンには503を返します`,
      'アドレスと経路を確認してください',
    ),
  upstreamsGood: (count) => fine(`${count}個のエンドポイントに接続できます`),
  upstreamsSkipped: (count, shown) =>
    fine(`${count}個のエンドポイントのうち${shown}個に接続してみました`),
  upstreamSome: (service, endpoints) =>
    told(
      `${service}：${endpoints}に接続できません（ほかのエンドポイントは稼働中）`,
      '起動するか、サービスから外してください',
    ),
  upstreamNone: (service, endpoints) =>
    told(
      `${service}：${endpoints}に接続できません`,
      'サービスを起動するか、アドレスを修正してください',
    ),
  egressNone: () => fine('設定に外向きゲートウェイ（egress）はありません'),
  egressEnforced: () => fine('設定どおり、ルールを強制しています'),
  egressNotEnforced: (mode) =>
    told(
      `ルールのない通信も通過します（モードは${mode}）`,
      'ルールがそろったら `mode: enforce` にしてください',
    ),
  egressDiffers: (configured, enforced) =>
    told(
      `設定は${configured}ですが、実際のモードは${enforced}です`,
      '最新のリビジョンが適用されていない理由をログで確認してください',
    ),
  denyProven: (callers) =>
    fine(`ルールのないホストは、${callers}個の呼び出し元すべてで拒否されます`),
  denyOpen: (callers) =>
    told(
      `ルールのないホストが通過してしまう呼び出し元：${callers}`,
      'すべてのホストを許可するルール、または enforce 以外のモードがないか確認してください',
    ),
  insideClosed: () => fine('メタデータやループバックのアドレスには接続できません'),
  insideOpen: (addresses) =>
    told(
      `\`egress.network.allow\` で許可されています：${addresses}`,
      '意図したものでなければ、その範囲を外してください',
    ),
  adminOff: () => fine('制御ソケットだけです。ネットワークからは接続できません'),
  adminHere: (at) => fine(`コンソールはこのマシンからだけ接続できます（${at}）`),
  adminOpen: (at) => fine(`コンソールは指定の証明書を使い、${at}で公開されています`),
  adminGenerated: (at) =>
    told(
      `コンソールは自動生成の証明書を使い、${at}で公開されています`,
      'ブラウザーが信頼する証明書を `admin.tls` で指定してください',
    ),
  adminExpiry: (days) =>
    told(
      `コンソールの証明書はあと${days}日で期限切れになります`,
      '`admin.tls` の証明書を差し替えてください',
    ),
  usersGood: (count) => fine(`ユーザーは${count}人です。既定のパスワードはありません`),
  usersNone: () =>
    told('コンソールの初期設定がまだです', '起動時に表示されたアドレスを開いてください'),
  usersUnread: () =>
    told(
      'アカウントを読み込めません',
      'ログを確認してください。制御ソケットからの操作は引き続き可能です',
    ),
  tokensGood: (count) => fine(`APIトークン：${count}個（長く使われていないものはありません）`),
  tokensIdle: (names) =>
    told(
      `90日間使われていないトークン：${names}`,
      '`sallyport token remove ID` で削除してください',
    ),
  tokensEnding: (names) =>
    told(
      `7日以内に期限切れになるトークン：${names}`,
      '`sallyport token add NAME --role ROLE` で作り直してください',
    ),
  spaceGood: (free) => fine(`監査ログとリビジョン用の空き容量は${free}です`),
  spaceLittle: (free, folder) =>
    told(
      `${folder}の空き容量が${free}しかありません`,
      '空きを増やしてください。監査に記録できない変更は受け付けられません',
    ),
  folderGood: () => fine('データフォルダーはゲートウェイだけのものです'),
  folderOpen: (folder) =>
    told(
      `他のユーザーが${folder}を参照できます`,
      'chmod 700 を実行してください。鍵やアカウントが含まれています',
    ),
  folderLocked: (folder) =>
    told(`${folder}に書き込めません`, 'ゲートウェイの実行ユーザーを所有者にしてください'),
  nodesGood: (count) => fine(`${count}台のノードが同じリビジョンで動作しています`),
  nodesBad: (nodes) =>
    told(
      `フリートと同じ設定で動いていないノード：${nodes}`,
      '理由は `sallyport nodes` で確認できます',
    ),
  nodesAway: (reason) =>
    told(`ノードを一覧できません：${reason}`, '`store` の検査結果を確認してください'),
  versionsGood: (version) => fine(`すべてのノードが${version}です`),
  versionsMixed: (versions) =>
    told(`ノードのバージョンがそろっていません：${versions}`, 'アップグレードを完了してください'),
  skewGood: () => fine('ノード間の時刻は一致しています'),
  skewFound: (nodes) =>
    told(`時刻がずれているノード：${nodes}`, 'すべてのマシンで時刻同期を動かしてください'),
}
