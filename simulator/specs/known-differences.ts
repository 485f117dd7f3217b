/** A difference between the simulator and a specification that is meant to be there, and why. */
export interface KnownDifference {
  readonly pattern: RegExp;
  readonly reason: string;
}

function known(reason: string, ...patterns: RegExp[]): KnownDifference[] {
  return patterns.map((pattern) => ({ pattern, reason }));
}

/** Defects of the specifications, mostly against their own prose and examples, and what the simulator leaves out. */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  ...known(
    'null although the schema says otherwise: examples and live answers hold nulls',
    /(base_variant_id|option_set_id) must be integer$/,
    /date_last_imported must be string$/,
    /primary_image must be object$/,
  ),
  ...known('the first and the last page lack a link', /\.links\.(previous|next) is missing$/),
  ...known(
    'sub-resources come only when `include` asks for them',
    /data(\[\])?\.(custom_fields|bulk_pricing_rules|primary_image|videos|parent_relations|options|modifiers|channels|images) is missing$/,
  ),
  ...known(
    'the prose of `include` names variants, the schema forgets them',
    /data(\[\])?\.variants is not in the schema$/,
  ),
  ...known('read by nobody, written by requests only', /custom_url\.create_redirect is missing$/),
  ...known(
    'lists of images answer image_file; image_url is how an image is sent',
    /\.image_url is missing$/,
    /\.image_file is not in the schema$/,
  ),
  ...known('an option shows only the settings of its type', /\.config\.\w+ is missing$/),
  ...known('options have a unique name beside the one shown', /options\[\]\.name is not in the schema$/),
  ...known(
    'the flat list shows the same variant as the list of a product',
    /\/catalog\/variants: 200 \.data\[\]\.(calculated_weight|image_url|mpn|gtin) is not in the schema$/,
  ),
  ...known('variants have a minimum advertised price too', /\.map_price is not in the schema$/),
  ...known(
    'V3 errors have the fields of ErrorResponse, some operations describe an older form',
    /(404|422) \.instance is missing$/,
    /404 \.errors is not in the schema$/,
  ),
  ...known('401 is described for brands and categories only', /\/catalog\/products: answers an undocumented 401$/),
  ...known(
    'the specification says 200, the older reference 201: clients have to accept both',
    /\/orders: answers an undocumented 201$/,
  ),
  ...known(
    'the two forms of consignments do not exclude each other',
    /\.consignments must match exactly one schema in oneOf$/,
  ),
  ...known(
    'in the examples, not in the schema',
    /\.(custom_status|credit_card_type) is not in the schema$/,
    /\/order_statuses: 200 \[\]\.order is not in the schema$/,
  ),
  ...known('not simulated: cursors are for very long lists', /\.cursor_pagination is missing$/),
  ...known('the derived description is a subset', /derived\/.*\.(description|brand|images) is not in the schema$/),
];
