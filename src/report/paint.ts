// Owns colour in the terminal. The caller decides whether there is any (NO_COLOR, not a terminal).
import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]
export type Paint = (style: Style, text: string) => string

export function paintWith(colour: boolean): Paint {
  return colour ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text
}
