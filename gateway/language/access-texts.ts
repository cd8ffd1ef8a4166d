// What the admin API says of callers, accounts, sessions and the audit.

import type { Texts } from './texts.ts'

export const ACCESS_TEXTS: Texts = {
  'the accounts are not what this version writes':
    'アカウントのデータがこのバージョンの形式ではありません',
  'no user {}': 'ユーザー{1}はいません',
  'this is the last administrator': '最後の管理者です',
  'a name has 1 to 64 of a-z, 0-9, `.`, `_`, `@` and `-`':
    '名前は、a-z、0-9、`.`、`_`、`@`、`-` の1～64文字にしてください',
  '{} is taken by ourselves': '{1}は予約済みの名前です',
  'this is already set up': '初期設定はすでに済んでいます',
  '{} exists already': '{1}はすでに存在します',
  'there are too many users': 'ユーザーが多すぎます',
  'there are too many tokens': 'トークンが多すぎます',
  'no token {}': 'トークン{1}はありません',
  'the accounts cannot be used: {}': 'アカウントを利用できません：{1}',
  'the text cannot be told apart': '変更された範囲を特定できません',
  'more than routes and services differs': 'ルートとサービス以外も変更されています',
  'something around them differs: a comment, an order or a space':
    '周囲のコメント、順序、空白などが変更されています',
  '{} {} is gone': '{1} {2}がなくなります',
  '{} {} is new': '{1} {2}が新しく加わります',
  '{} of route {} takes other requests': 'ルート{2}の{1}で、受け取るリクエストが変わります',
  '{} is a new address': '{1}は新しいアドレスです',
  'service {} goes elsewhere': 'サービス{1}の接続先が変わります',
  '{} is a new reference': '{1}は新しい参照です',
  'everything ({})': 'すべて（{1}）',
  'everybody here needs one: admin.secondFactor is `required`':
    '全員に必須です（admin.secondFactor が `required`）',
  'this is for who signed in with a password here':
    'ここでパスワードを使ってサインインしたユーザーだけが使えます',
  'the console is not served under this name': 'コンソールはこの名前では提供されていません',
  'the API token is not valid': 'APIトークンが無効です',
  'changes come from the console itself only': '変更はコンソール自身からのみ行えます',
  'the store of the fleet is away: until it is back one can look here, but change nothing':
    'フリートのストアに接続できません。復旧するまで、参照だけができます',
  'send the session’s token in x-csrf-token':
    'セッションのトークンを x-csrf-token で送信してください',
  'this browser did not begin this login here':
    'このログインは、このブラウザーで開始されたものではありません',
  'this login took too long': 'ログインに時間がかかりすぎました',
  'the answer comes from another identity provider': '応答が別のIDプロバイダーからのものです',
  'the identity provider says {}': 'IDプロバイダーの応答：{1}',
  'the identity provider sent no code': 'IDプロバイダーがコードを返しませんでした',
  'the identity provider did not accept the code (status {})':
    'IDプロバイダーがコードを受け付けませんでした（ステータス{1}）',
  'the identity token is not valid: {}': 'IDトークンが無効です：{1}',
  'the subject is empty or too long': 'サブジェクトが空か、長すぎます',
  'the identity token was made for another party': 'IDトークンは別の宛先に発行されたものです',
  'the identity token is of another login': 'IDトークンは別のログインのものです',
  'there is no identity provider in the configuration': '設定にIDプロバイダーがありません',
  '{} is in no group that may come in here': '{1}は、利用を許可されたグループに属していません',
  'this node knows of no such test, or not any more':
    'このノードにはそのテストがないか、すでに失われています',
  'the identity provider cannot be used: {}': 'IDプロバイダーを利用できません：{1}',
  'the metadata is not that of {}': 'メタデータが{1}のものではありません',
  'the metadata has no https {}': 'メタデータにhttpsの{1}がありません',
  'the name or the password is wrong': '名前またはパスワードが違います',
  'a password needs at least {} characters': 'パスワードは{1}文字以上にしてください',
  'a password may have at most {} characters': 'パスワードは{1}文字以内にしてください',
  'a password needs at least 5 different characters':
    'パスワードには5種類以上の文字を使ってください',
  'a password must not contain the name of its user': 'パスワードにユーザー名を含めないでください',
  'this password is one of those that are tried first': 'このパスワードは推測されやすいものです',
  'too many people sign in at once: try again':
    '同時にサインインする人が多すぎます。もう一度お試しください',
  'the answer is too long': '応答が長すぎます',
  'the name, the password or the code is wrong; a code counts once':
    '名前、パスワード、コードのいずれかが違います。コードは1回だけ使えます',
  'there is a second factor': '2要素認証はすでに設定されています',
  'no second factor waits for its first code':
    '最初のコードを待っている2要素認証の設定はありません',
  'compare the clocks of the gateway and the telephone':
    'ゲートウェイとスマートフォンの時刻を確認してください',
  'the code is not the one of now: {}': '現在のコードではありません：{1}',
  'send the code of your authenticator app, too': '認証アプリのコードも送信してください',
  '{} has no second factor': '{1}には2要素認証が設定されていません',
  'no session {}': 'セッション{1}はありません',
  'the sessions are not what this version writes':
    'セッションのデータがこのバージョンの形式ではありません',
  'the sessions cannot be used: {}': 'セッションを利用できません：{1}',
  'the setup token is wrong; it is in {}':
    'セットアップトークンが違います。正しいトークンは{1}にあります',
  'set up a second factor at the console first: everybody here needs one':
    '先にコンソールで2要素認証を設定してください。全員に必須です',
  '(unknown name)': '（不明な名前）',
  'only who signed in with a password can change it':
    'パスワードでサインインしたユーザーだけが変更できます',
  'the current password is wrong': '現在のパスワードが違います',
  'too many calls: try again in {} s': '呼び出しが多すぎます。{1}秒後にもう一度お試しください',
  'too many attempts: try again in {} s': '試行が多すぎます。{1}秒後にもう一度お試しください',
  'expiresIn: write 1m to 366d': 'expiresIn：1m～366d で指定してください',
  'a token reaches no further than who makes it':
    'トークンには、作成者より広い権限を与えられません',
  'there is nothing here': 'ここには何もありません',
  '{} is not something to do here': 'ここでは{1}を使えません',
  'set up a second factor first': '先に2要素認証を設定してください',
  'sign in, or send an API token': 'サインインするか、APIトークンを送信してください',
  'this takes the role {}; {} is {}': 'ロール{1}が必要ですが、{2}のロールは{3}です',
  'this is not for a role of {} alone': '{1}だけを対象とするロールでは実行できません',
  '{} is {} of {}, not {}': '{1}は{3}に対する{2}で、{4}は対象外です',
  'it is some time ago that you signed in: show again that it is you':
    'サインインから時間がたっています。もう一度本人確認をしてください',
  'idempotency-key: send 1 to 255 printable characters':
    'idempotency-key：表示可能な1～255文字を送信してください',
  'unknown {} field `{}`': '{1w}に不明なフィールド `{2}` があります',
  'the body is larger than may be': '本文が上限を超えています',
  'send content-type: application/json': 'content-type: application/json を付けて送信してください',
  'this is our fault; the log says more': 'ゲートウェイ側の問題です。詳細はログにあります',
  'this idempotency-key was used for another request':
    'この idempotency-key は別のリクエストで使われています',
  'that request is still under way': '同じリクエストがまだ処理中です',
  '{} (token {})': '{1}（トークン{2}）',
  'the audit cannot be written, so nothing may be changed: {}':
    '監査ログに書き込めないため、何も変更できません：{1}',
  'others are taking the audit just now': 'ほかの人が監査ログを取得中です',
  '{}: there is no such day or instant': '{1}：そのような日または時刻はありません',
}
