"""The look of the pages: one style sheet of ours, fonts that the reader has, nothing fetched from anywhere.

Colours of texts have a contrast of at least 4.5 to their ground (WCAG 2.2, 1.4.3); a test computes them.
"""

from typing import Final

STYLE: Final = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #f4f4f6; color: #1d1c1d; font: 15px/1.47 Lato, "Noto Sans KR", "Noto Sans CJK KR",
  "Apple SD Gothic Neo", "Malgun Gothic", NanumBarunGothic, NanumGothic, sans-serif, "Noto Color Emoji"; }
main { max-width: 1240px; margin: 0 auto; padding: 24px 20px 48px; }
h1 { font-size: 26px; margin: 0 0 8px; }
h2 { font-size: 19px; margin: 32px 0 12px; }
h3 { font-size: 13px; margin: 0 0 6px; color: #54525a; }
.link { color: #0b5cad; }
.verdict { display: inline-block; margin: 4px 0 0; padding: 6px 12px; border-radius: 6px; font-weight: 700; }
.well { background: #dff3e6; color: #0b4f2a; }
.trouble { background: #fde3e1; color: #7d150d; }
.facts { border-collapse: collapse; background: #fff; min-width: 340px; }
.facts th, .facts td { text-align: left; padding: 7px 14px; border: 1px solid #d5d3d9; }
.facts thead th { background: #ecebf0; }
.facts th[scope=row] { font-weight: 400; }
.facts td { font-variant-numeric: tabular-nums; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); gap: 16px;
  margin: 0 0 20px; align-items: start; }
.side { min-width: 0; }

.message { display: grid; grid-template-columns: 40px 1fr; column-gap: 12px; padding: 14px 18px 16px;
  border-radius: 8px; overflow-wrap: anywhere; }
.message p, .message h4, .message ul, .message blockquote { margin: 0; font-size: inherit; }
.message .body { min-width: 0; }
.avatar { width: 40px; height: 40px; background: #1f5fbf; color: #fff; font-weight: 700; font-size: 20px;
  line-height: 40px; text-align: center; }
.sender { margin: 0 0 2px; }
.name { font-weight: 700; }
.badge { font-size: 10px; font-weight: 700; padding: 1px 4px; border-radius: 3px; vertical-align: 1px; }
.controls { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 8px; align-items: start; }
.button { display: inline-block; font: inherit; text-decoration: none; cursor: pointer; }
.button:disabled { cursor: default; }
.menu summary { cursor: pointer; list-style: none; }
.menu summary::after { content: " ▾" / ""; }
.menu ul { list-style: none; padding: 6px 0; margin: 4px 0 0; border-radius: 6px; }
.menu li { padding: 3px 12px; }
.picture { display: block; max-width: 100%; max-height: 350px; border-radius: 8px; margin-top: 8px; }
.blank { height: .7em; }

.slack { background: #fff; border: 1px solid #dddce0; }
.slack .avatar { border-radius: 8px; }
.slack .badge { background: #ececec; color: #4a494b; }
.slack .sender time { font-size: 12px; color: #616061; }
.slack .link:not(.button) { color: #1264a3; text-decoration: none; }
.slack .link:not(.button):hover { text-decoration: underline; }
.slack .header { font-size: 18px; font-weight: 800; margin: 4px 0; }
.slack .context { font-size: 13px; color: #616061; margin: 2px 0 4px; }
.slack .context span + span::before { content: "· " / ""; }
.slack blockquote { border-left: 4px solid #d0cfd2; padding: 1px 0 1px 12px; margin: 6px 0; }
.slack ul:not(.menu ul) { padding-left: 24px; }
.slack hr { border: 0; border-top: 1px solid #dddce0; margin: 10px 0; }
.slack code, .slack pre { font: 12.5px/1.5 NanumGothicCoding, D2Coding, Menlo, Consolas, monospace; background: #f5f4f5;
  border: 1px solid #dddce0; border-radius: 3px; }
.slack code { color: #a8123f; padding: 1px 3px; }
.slack pre { padding: 8px; margin: 4px 0; white-space: pre-wrap; }
.slack table { border-collapse: collapse; margin: 6px 0; display: block; overflow-x: auto; }
.slack th, .slack td { border: 1px solid #dddce0; padding: 5px 10px; text-align: left; white-space: nowrap;
  overflow-wrap: normal; }
.slack th { background: #f8f8f8; }
.slack .mention { background: #e3f0fb; color: #0f548a; border-radius: 3px; padding: 0 2px; }
.slack .button, .slack .menu summary { border: 1px solid #b9b8bb; border-radius: 8px; background: #fff; color: #1d1c1d;
  font-size: 13px; font-weight: 700; line-height: 20px; padding: 3px 11px; }
.slack .menu summary { font-weight: 400; min-width: 120px; display: flex; justify-content: space-between; gap: 10px; }
.slack .button.primary { background: #007a5a; border-color: #007a5a; color: #fff; }
.slack .button.danger { border-color: #c01343; color: #c01343; }
.slack .menu ul { border: 1px solid #dddce0; }

.discord { background: #313338; color: #dbdee1; font-size: 15px; line-height: 1.4; }
.discord .avatar { border-radius: 50%; }
.discord .name { color: #f2f3f5; font-weight: 600; }
.discord .badge { background: #4a56d8; color: #fff; }
.discord .sender time { font-size: 12px; color: #a8abb2; }
.discord .link:not(.button) { color: #2fb3fb; text-decoration: none; }
.discord .link:not(.button):hover { text-decoration: underline; }
.discord .embed { display: block; max-width: 520px; background: #2b2d31; border-left: 4px solid #1e1f22;
  border-radius: 4px; padding: 10px 16px 14px 12px; margin-top: 4px; }
.discord .embed > * + * { margin-top: 7px; }
.discord .author { font-size: 13px; font-weight: 600; color: #f2f3f5; }
.discord h4 { font-weight: 600; color: #f2f3f5; font-size: 16px; }
.discord .description { font-size: 14px; }
.discord .footer { font-size: 12px; color: #c9ccd1; }
.discord small { font-size: 12px; color: #a8abb2; }
.discord code, .discord pre { font: 13px/1.45 NanumGothicCoding, D2Coding, Menlo, Consolas, monospace;
  background: #1e1f22; border-radius: 4px; }
.discord code { padding: 1px 4px; }
.discord pre { padding: 8px; margin: 4px 0; overflow-x: auto; }
.discord .mention { background: #3c4270; color: #d5d9fb; border-radius: 3px; padding: 0 2px; }
.discord .button, .discord .menu summary { border: 0; border-radius: 4px; font-size: 14px; line-height: 18px;
  color: #fff; padding: 7px 15px; }
.discord .primary { background: #4752c4; }
.discord .secondary { background: #4e5058; }
.discord .success { background: #1f6f3f; }
.discord .danger { background: #b9292d; }
.discord .menu summary { background: #1e1f22; color: #dbdee1; min-width: 240px; }
.discord .menu ul { background: #1e1f22; }
"""
