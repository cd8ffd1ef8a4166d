// What the YAML library, the JSON parser and the system say, as their users read it.

import type { Texts } from './texts.ts'

export const FOREIGN_TEXTS: Texts = {
  'Flow {} in block collection must be sufficiently indented and end with a {}':
    'フロー形式の{1}は、十分に字下げし、{2} で閉じてください',
  'Flow end indicator should be more indented than parent':
    '閉じかっこを、親より深く字下げしてください',
  'All mapping items must start at the same column': '同じ階層のキーは、同じ桁から始めてください',
  'All sequence items must start at the same column': 'リストの項目は、同じ桁から始めてください',
  'Implicit keys need to be on a single line': 'キーは1行に書いてください',
  'Implicit keys of flow sequence pairs need to be on a single line': 'キーは1行に書いてください',
  'Implicit map keys need to be followed by map values': 'キーの後に `:` と値が必要です',
  'A block sequence may not be used as an implicit map key': 'リストはキーに使えません',
  'Sequence item without - indicator': 'リストの項目に `-` がありません',
  'Missing closing {}quote': '閉じる引用符がありません',
  'Missing , between {} items': '項目の間に `,` がありません',
  'Missing , or : between {} items': '項目の間に `,` または `:` がありません',
  'Missing space after : in {}': '`:` の後に空白がありません',
  'Unexpected empty item in {}': '空の項目があります',
  'Unexpected {} in {}': 'ここに {1} は書けません',
  'Unexpected {} at node end': '値の後に余分な {1} があります',
  'Unexpected {} token': 'ここに {1} は書けません',
  'Unresolved tag: {}': '不明なタグです：{1}',
  'Invalid escape sequence {}': 'エスケープ {1} は使えません',
  'Plain value cannot start with {}': '引用符のない値は {1} で始められません',
  'Plain value cannot start with reserved character {}':
    '引用符のない値は、予約文字 {1} で始められません',
  'Comments must be separated from other tokens by white space characters':
    'コメントの前には空白が必要です',
  'Block scalar header includes extra characters: {}':
    'ブロックの先頭行に余分な文字があります：{1}',
  'Block scalars with more-indented leading empty lines must use an explicit indentation indicator':
    '先頭の空行のほうが深く字下げされたブロックには、字下げの指定が必要です',
  'Anchor cannot be an empty string': 'アンカーの名前が空です',
  'Alias cannot be an empty string': 'エイリアスの名前が空です',
  'Anchor ending in : is ambiguous': 'アンカーの名前は `:` で終われません',
  'Alias ending in : is ambiguous': 'エイリアスの名前は `:` で終われません',
  'A node can have at most one anchor': 'アンカーは1つだけ付けられます',
  'A node can have at most one tag': 'タグは1つだけ付けられます',
  'An alias node must not specify any properties': 'エイリアスにアンカーやタグは付けられません',
  'Nested mappings are not allowed in compact mappings': '1行の中に `:` を重ねて書けません',
  'Tags and anchors must be separated from the next token by white space':
    'タグやアンカーの後には空白が必要です',
  'Missing directives-end/doc-start indicator line': '`---` の行がありません',
  'The : indicator must be at most 1024 chars after the start of an implicit {} key':
    'キーは1024文字以内にしてください',
  'Maximum call stack size exceeded': '入れ子が深すぎます',
  'Unexpected token {} in JSON at position {}': 'JSONの{2}文字目に {1} は書けません',
  'Unexpected end of JSON input': 'JSONが途中で終わっています',
  '{}: no such file or directory, {}': '{1}：ファイルまたはフォルダーがありません（{2}）',
  '{}: permission denied, {}': '{1}：アクセス権がありません（{2}）',
  '{}: address already in use {}': '{1}：アドレスは使用中です（{2}）',
  '{}: no space left on device, {}': '{1}：ディスクの空き容量がありません（{2}）',
}
