// What a file of the catalogue is.

/**
 * From an English text, with `{}` where a value stands, to the Japanese one, with `{1}` for the first of the values.
 * Every `{}` stands for any text; in Japanese each is named by its number, in whatever order, or is left out.
 * `{1w}`: the value may be one of our own words, which are said in Japanese too.
 */
export type Texts = Readonly<Record<string, string>>
