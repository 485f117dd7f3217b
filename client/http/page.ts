import { createHash } from 'node:crypto';

/** Text that is safe to stand in a page. */
export class Html {
  constructor(readonly text: string) {}
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** A piece of a page: whatever is put in is escaped, unless it is a piece itself. */
export function html(parts: TemplateStringsArray, ...values: (string | number | Html | Html[])[]): Html {
  const texts = parts.map((part, index) => (index < values.length ? part + textOf(values[index]!) : part));
  return new Html(texts.join(''));
}

function textOf(value: string | number | Html | Html[]): string {
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map((each) => each.text).join('');
  return String(value).replace(/[&<>"']/g, (sign) => ESCAPES[sign]!);
}

const STYLE = `
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1.5rem; }
h1 { font-size: 1.4rem; margin: 0 0 1rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8884; padding: .35rem .75rem .35rem 0; text-align: left; vertical-align: top; }
th { font-weight: 600; } td.number, th.number { text-align: right; }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
.good { color: #18794e; } .bad { color: #c62a2f; } .quiet { opacity: .7; }
.alarm { border-left: 4px solid #c62a2f; margin: .5rem 0; padding: .25rem .75rem; }
`;

/** The one style that a page may have; it has no scripts, no images and nothing from elsewhere. */
const STYLE_HASH = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;

/** Directives for a page that BigCommerce shows in a frame of its control panel; `frames` are the origins that may. */
export function pagePolicy(frames: string[]): Record<string, string[]> {
  return {
    defaultSrc: ["'none'"],
    styleSrc: [STYLE_HASH],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: frames,
  };
}

/** As one piece: a blank more in the element than in the digest, and no browser takes the style. */
const STYLE_ELEMENT = `<style>${STYLE}</style>`;
const META = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">';

/** A whole page. */
export function page(title: string, body: Html): string {
  const head = `${META}<title>${textOf(title)}</title>${STYLE_ELEMENT}`;
  return `<!doctype html><html lang="en"><head>${head}</head><body>${body.text}</body></html>`;
}
