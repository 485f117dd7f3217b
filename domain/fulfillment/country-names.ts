/**
 * What else countries are called, beside their English names of CLDR: older names, short ones, and those of ISO 3166. Letter
 * case, accents, punctuation and the order of words do not matter.
 */
const OTHER_NAMES = `
AE UAE|BN Brunei Darussalam|BO Bolivia, Plurinational State of|BQ Bonaire, Sint Eustatius and Saba
CD Congo, the Democratic Republic of the|CG Congo|CG Congo, Republic of the|CI Ivory Coast|CN China, People's Republic of
CV Cabo Verde|CZ Czech Republic|FK Falkland Islands (Malvinas)|FM Micronesia, Federated States of
GB Britain|GB Great Britain|GB England|GB Scotland|GB Wales|GB Northern Ireland
GB United Kingdom of Great Britain and Northern Ireland|GM Gambia, Republic of the|HK Hong Kong SAR
HM Heard Island and McDonald Islands|IE Ireland, Republic of|IR Iran, Islamic Republic of|KP Korea, Democratic People's Republic of
KR Korea|KR Korea, Republic of|LA Lao People's Democratic Republic|MD Moldova, Republic of|MF Saint Martin (French part)
MK Macedonia|MK Macedonia, the former Yugoslav Republic of|MK North Macedonia, Republic of|MM Burma|MO Macau
NL Holland|NL Netherlands, Kingdom of the|PS Palestine, State of|PS Palestinian Territory, Occupied|RU Russian Federation
SH Saint Helena, Ascension and Tristan da Cunha|SX Sint Maarten (Dutch part)|SY Syrian Arab Republic|SZ Swaziland|TL East Timor
TR Turkey|TR Türkiye|TW Taiwan, Province of China|TZ Tanzania, United Republic of|UM United States Minor Outlying Islands
US USA|US United States of America|VA Holy See|VA Holy See (Vatican City State)|VA Vatican
VE Venezuela, Bolivarian Republic of|VN Viet Nam`;

const A_TO_Z = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

let codes: Map<string, string> | undefined;

/** The code of a country by its English name; undefined where no country is called so. */
export function codeOfName(name: string): string | undefined {
  codes ??= codesByName();
  return codes.get(keyOf(name));
}

/** Codes that have gone out of use, and UK, lead to those that stand for the country now. */
export function canonicalCode(code: string): string {
  return new Intl.Locale(`und-${code}`).region ?? code;
}

function codesByName(): Map<string, string> {
  const others = OTHER_NAMES.trim().split(/[|\n]/);
  const found = new Map(others.map((text): [string, string] => [keyOf(text.slice(3)), text.slice(0, 2)]));
  // The short names as well: Hong Kong is "Hong Kong SAR China" at length.
  for (const style of ['short', 'long'] as const) {
    const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none', style });
    for (const code of A_TO_Z.flatMap((first) => A_TO_Z.map((second) => first + second))) {
      const name = canonicalCode(code) === code ? names.of(code) : undefined;
      if (name !== undefined) found.set(keyOf(name), code);
    }
  }
  return found;
}

const SMALL_WORDS = new Set(['and', 'of', 'the']);

/** `Korea, Republic of` and `Republic of Korea` are one, and so are `St. Lucia` and `Saint Lucia`. */
function keyOf(name: string): string {
  const plain = name.normalize('NFD').replace(/[\p{M}.'’]/gu, '');
  const words = plain.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const telling = words.filter((word) => !SMALL_WORDS.has(word));
  return telling
    .map((word) => (word === 'st' ? 'saint' : word))
    .sort()
    .join(' ');
}
