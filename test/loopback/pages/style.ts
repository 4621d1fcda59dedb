// Owns the one stylesheet of the pages: system fonts, light and dark as the reader's system has it, no script.

export const STYLE = `
:root {
  color-scheme: light dark;
  --ink: #1f2328; --muted: #59636e; --paper: #ffffff; --soft: #f6f8fa; --line: #d1d9e0; --link: #0969da;
  --good: #1a7f37; --bad: #d1242f; --busy: #9a6700; --warn: #9a6700; --quiet: #59636e; --done: #8250df;
  --good-soft: #dafbe1; --bad-soft: #ffebe9; --busy-soft: #fff8c5; --link-soft: #ddf4ff; --done-soft: #fbefff;
  --solid-ink: #ffffff; --open-solid: #1a7f37; --merged-solid: #8250df; --closed-solid: #cf222e; --draft-solid: #59636e;
  --light: 36%;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e6edf3; --muted: #9198a1; --paper: #0d1117; --soft: #151b23; --line: #3d444d; --link: #4493f8;
    --good: #3fb950; --bad: #f85149; --busy: #d29922; --warn: #d29922; --quiet: #9198a1; --done: #ab7df8;
    --good-soft: #12261e; --bad-soft: #25171c; --busy-soft: #272115; --link-soft: #121d2f; --done-soft: #1f1a33;
    --open-solid: #238636; --merged-solid: #8957e5; --closed-solid: #b62324; --draft-solid: #656c76;
  }
}
* { box-sizing: border-box }
body {
  margin: 0; color: var(--ink); background: var(--paper); overflow-wrap: anywhere;
  font: 14px/1.5 -apple-system, BlinkMacSystemFont, "Segoe UI", "Noto Sans", "Liberation Sans", Helvetica, Arial, sans-serif;
}
a { color: var(--link); text-decoration: none }
a:hover { text-decoration: underline }
code, pre, .code { font: 12px/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace }
h1, h2, h3, h4 { line-height: 1.3; margin: 0 }
h1 { font-size: 26px; font-weight: 500 }
h2 { font-size: 16px; font-weight: 600 }
h3 { font-size: 14px; font-weight: 600 }
ul.plain { list-style: none; margin: 0; padding: 0 }
.muted, .number { color: var(--muted) }
.number { font-weight: 300 }
.small { font-size: 12px }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.top { background: var(--soft); border-bottom: 1px solid var(--line); padding: 12px 24px }
.top nav { max-width: 1216px; margin: auto; display: flex; flex-wrap: wrap; gap: 4px 8px; align-items: baseline }
.top .links { margin-left: auto; display: flex; gap: 16px }
main { max-width: 1264px; margin: auto; padding: 24px }
footer { max-width: 1264px; margin: auto; padding: 0 24px 32px; color: var(--muted); font-size: 12px }
.head { margin-bottom: 20px }
.head p { margin: 8px 0 0; display: flex; flex-wrap: wrap; gap: 4px 8px; align-items: center }
.tabs { display: flex; flex-wrap: wrap; gap: 0 4px; border-bottom: 1px solid var(--line); margin-bottom: 20px }
.tabs a { padding: 8px 12px; color: var(--ink); border-bottom: 2px solid transparent; margin-bottom: -1px }
.tabs a[aria-current] { border-color: #fd8c73; font-weight: 600 }
.count { display: inline-block; min-width: 20px; padding: 0 6px; border-radius: 10px; background: var(--line); color: var(--ink); font-size: 12px; text-align: center }
.state { display: inline-block; padding: 4px 12px; border-radius: 16px; color: var(--solid-ink); font-weight: 500 }
.state.open { background: var(--open-solid) } .state.merged { background: var(--merged-solid) }
.state.closed { background: var(--closed-solid) } .state.draft { background: var(--draft-solid) }
.badge, .label, .tag { display: inline-block; padding: 0 7px; border-radius: 10px; font-size: 12px; line-height: 18px; border: 1px solid var(--line) }
.badge { color: var(--muted); font-weight: 400 }
.label + .label { margin-left: 4px } .label { font-weight: 500; border-color: color-mix(in srgb, currentColor 25%, transparent) }
.branch { padding: 1px 6px; border-radius: 6px; background: var(--link-soft); color: var(--link) }
.sha { color: var(--muted) }
.tag.good { color: var(--good); border-color: var(--good) } .tag.bad { color: var(--bad); border-color: var(--bad) }
.tag.busy, .tag.warn { color: var(--busy); border-color: var(--busy) } .tag.quiet { color: var(--muted) }
.sign { display: inline-block; width: 18px; text-align: center; font-weight: 700; flex: none }
.sign.good { color: var(--good) } .sign.bad { color: var(--bad) } .sign.busy, .sign.warn { color: var(--busy) } .sign.quiet { color: var(--quiet) }
.avatar { display: inline-grid; place-items: center; width: 24px; height: 24px; flex: none; border-radius: 50%; font-size: 10px; font-weight: 600; color: #ffffff; background: hsl(var(--hue) 42% var(--light)) }
.avatar.square { border-radius: 6px }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) 256px; gap: 32px; align-items: start }
.columns.left { grid-template-columns: 272px minmax(0, 1fr) }
.box { border: 1px solid var(--line); border-radius: 6px; background: var(--paper); margin-bottom: 16px; min-width: 0 }
.box > header, .box > summary { display: flex; flex-wrap: wrap; gap: 2px 8px; align-items: center; padding: 8px 16px; background: var(--soft); border-bottom: 1px solid var(--line); border-radius: 6px 6px 0 0 }
.box > summary { cursor: pointer } details.box:not([open]) > summary { border-bottom: 0; border-radius: 6px }
.box > .inside { padding: 16px } .box > .inside > :first-child { margin-top: 0 } .box > .inside > :last-child { margin-bottom: 0 }
.box.mine > header { background: var(--link-soft) }
.box .end { margin-left: auto }
.row { display: flex; gap: 8px; align-items: flex-start; padding: 10px 16px; border-top: 1px solid var(--line) } .row:first-child { border-top: 0 }
.row > div { min-width: 0; flex: 1 } .row > .tag { flex: none }
.box > header.by { flex-wrap: nowrap; align-items: flex-start } .by > span { min-width: 0; padding-top: 1px } .by > .end { flex: none }
.event { display: flex; gap: 8px; align-items: flex-start; margin: 0 0 16px 16px; padding-left: 0; color: var(--muted) }
.event > div { min-width: 0 } .event b { color: var(--ink) }
.thread { margin: 0 0 16px }
.thread .box { margin-bottom: 0 } .note .thread:last-child { margin-bottom: 0 }
.app { margin-bottom: 24px } .app > h2 { margin-bottom: 10px } .title { font-size: 16px; margin-bottom: 10px }
.job-log { border-top: 1px solid var(--line) } .job-log > summary { padding: 8px 16px; cursor: pointer } .job-log > .inside { padding: 0 16px 12px; margin: 0 }
table.list td:first-child { min-width: 88px } table.list .state { padding: 0 10px; font-size: 12px; line-height: 20px }
.slim th { padding: 0 !important; border: 0 !important; font-size: 0 !important; line-height: 0 !important } .slim + tbody tr:first-child td { border-top: 0 }
table.list .place { width: 26% }
.thread .comment { padding: 12px 16px; border-top: 1px solid var(--line) }
.thread .comment > p { margin: 0 0 6px; display: flex; flex-wrap: wrap; gap: 2px 8px; align-items: center }
.reactions { margin: 8px 0 0; display: flex; gap: 6px } .reactions span { border: 1px solid var(--line); border-radius: 12px; padding: 0 8px; font-size: 12px }
.side section { padding: 12px 0; border-bottom: 1px solid var(--line) } .side section:first-child { padding-top: 0 }
.side h2 { font-size: 12px; color: var(--muted); margin-bottom: 6px } .side p, .side li { margin: 0 0 4px; display: flex; flex-wrap: wrap; gap: 4px 6px; align-items: center }
.side .current, .side a:target { font-weight: 600 }
.merge.good { border-color: var(--good) } .merge.bad { border-color: var(--bad) } .merge.done { border-color: var(--done) }
.merge.good > header { background: var(--good-soft) } .merge.bad > header { background: var(--bad-soft) } .merge.done > header { background: var(--done-soft) } .merge.busy > header { background: var(--busy-soft) }
.merge p { margin: 0 }
.markdown p, .markdown ul, .markdown ol, .markdown pre, .markdown blockquote, .markdown details, .markdown .scroll, .alert, .suggestion { margin: 0 0 12px }
.markdown ul, .markdown ol { padding-left: 26px } .markdown li > p { margin-bottom: 6px } .markdown li:has(> input) { list-style: none; margin-left: -20px }
.markdown .h1, .markdown .h2 { font-size: 20px; padding-bottom: 4px; border-bottom: 1px solid var(--line); margin: 20px 0 12px } .markdown .h2 { font-size: 17px }
.markdown .h3, .markdown .h4, .markdown .h5, .markdown .h6 { font-size: 15px; margin: 16px 0 8px } .markdown .h4, .markdown .h5, .markdown .h6 { font-size: 14px }
.markdown pre { padding: 12px; background: var(--soft); border-radius: 6px; white-space: pre-wrap }
.markdown :not(pre) > code { padding: 2px 5px; border-radius: 5px; background: color-mix(in srgb, var(--muted) 15%, transparent) }
.markdown blockquote { padding: 0 12px; border-left: 4px solid var(--line); color: var(--muted) } .markdown summary { cursor: pointer }
.markdown > :first-child { margin-top: 0 } .markdown > :last-child { margin-bottom: 0 }
.markdown + .markdown { margin-top: 16px }
.scroll { overflow-x: auto } .markdown table { border-collapse: collapse }
.markdown th, .markdown td { border: 1px solid var(--line); padding: 5px 12px; text-align: left; overflow-wrap: normal } .markdown .right { text-align: right } .markdown .center { text-align: center }
.alert { border-left: 4px solid var(--link); padding: 4px 12px } .alert .alert-name { margin-bottom: 2px; font-weight: 600; color: var(--link) } .alert > :last-child { margin-bottom: 4px }
.alert.warning { border-color: var(--busy) } .alert.warning .alert-name { color: var(--busy) } .alert.caution { border-color: var(--bad) } .alert.caution .alert-name { color: var(--bad) }
.alert.tip { border-color: var(--good) } .alert.tip .alert-name { color: var(--good) } .alert.important { border-color: var(--done) } .alert.important .alert-name { color: var(--done) }
.suggestion { border: 1px solid var(--line); border-radius: 6px } .suggestion > p { margin: 0; padding: 4px 12px; color: var(--muted); font-size: 12px; border-bottom: 1px solid var(--line) } .suggestion > pre { margin: 0; border-radius: 0 0 6px 6px; background: var(--good-soft) }
.diff-text span.add { background: var(--good-soft) } .diff-text span.del { background: var(--bad-soft) }
.diff-text span { display: block; min-height: 1.55em }
table.list { width: 100%; border-collapse: collapse } table.list th { text-align: left; font-size: 12px; color: var(--muted); font-weight: 500 }
table.list th, table.list td { padding: 7px 16px; border-top: 1px solid var(--line); vertical-align: top } table.list thead tr:first-child th { border-top: 0 }
table.list .time { white-space: nowrap; text-align: right; width: 1% }
table.diff { width: 100%; border-collapse: collapse; table-layout: fixed }
table.diff td, table.diff th { padding: 0 8px; vertical-align: top; font-weight: 400 } table.diff .at { width: 48px; text-align: right; color: var(--muted); user-select: none }
table.diff .text { white-space: pre-wrap; tab-size: 4; padding-left: 22px; text-indent: -14px; text-align: left }
table.diff .add > * { background: var(--good-soft) } table.diff .del > * { background: var(--bad-soft) } table.diff .hunk > * { background: var(--link-soft); color: var(--muted) }
table.diff .note > td { padding: 8px 12px; border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); font: 14px/1.5 -apple-system, BlinkMacSystemFont, "Segoe UI", "Noto Sans", "Liberation Sans", Helvetica, Arial, sans-serif }
.annotation { border-left: 4px solid var(--line); padding: 4px 12px; margin: 0 0 8px } .annotation:last-child { margin-bottom: 0 } .annotation p { margin: 0 } .annotation pre { margin: 4px 0 0; white-space: pre-wrap }
.annotation.failure { border-color: var(--bad) } .annotation.warning { border-color: var(--busy) } .annotation.notice { border-color: var(--link) }
.plus { color: var(--good) } .minus { color: var(--bad) }
.log { margin: 0; padding: 12px 16px; background: #0d1117; color: #e6edf3; border-radius: 0 0 6px 6px; white-space: pre-wrap; overflow-wrap: anywhere }
.log time { color: #7d8590; margin-right: 8px } .log .error { color: #ff7b72 } .log .warning { color: #e3b341 } .log .command { color: #79c0ff } .log details { margin-left: 12px } .log summary { cursor: pointer; margin-left: -12px }
dl.facts { display: flex; flex-wrap: wrap; gap: 12px 32px; margin: 0 } dl.facts dt { color: var(--muted); font-size: 12px } dl.facts dd { margin: 0 }
:target { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 6px }
@media (max-width: 800px) {
  main { padding: 16px } .top { padding: 12px 16px } .columns, .columns.left { grid-template-columns: minmax(0, 1fr); gap: 16px }
  h1 { font-size: 22px } .columns:not(.left) > .side { order: -1; display: flex; flex-wrap: wrap; gap: 8px 32px } .side section { padding: 0; border: 0 } .event { margin-left: 0 }
  table.diff .at { width: 32px; padding: 0 4px } table.list th, table.list td { padding: 7px 10px } .log time { display: none }
  .top .links { margin-left: 0; width: 100% } .hide-small { display: none }
}
`
