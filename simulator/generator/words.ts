export const BRANDS = [
  'Northfield', 'Kestrel', 'Hale & Sons', 'Brightwater', 'Ostrava', 'Fernleigh', 'Tidewell', 'Calder Works', 'Marlowe',
  'Juniper Row', 'Ironbark', 'Solstice', 'Pemberton', 'Arbour', 'Vantage', 'Lumen', 'Quillon', 'Redfern', 'Sable',
  'Thornbury', 'Umbra Goods', 'Wexford', 'Yarrow', 'Zephyr', 'Aldergrove', 'Bramble', 'Copperline', 'Dunmore',
  'Eastgate', 'Foxglove', 'Granite', 'Harbourlight', 'Inverness', 'Jasper', 'Kingsley', 'Lakeland', 'Mistral',
  'Nordhavn', 'Oakheart', 'Piper', 'Quayside', 'Ridgeback', 'Silverbirch', 'Trailhead', 'Upland', 'Verity',
  'Wayfarer', 'Élan', 'Blåbær', 'Crème & Co.',
] as const;

export const ADJECTIVES = [
  'Classic', 'Alpine', 'Everyday', 'Heritage', 'Lightweight', 'Compact', 'Premium', 'Waterproof', 'Folding', 'Modern',
  'Rustic', 'Coastal', 'Urban', 'Insulated', 'Breathable', 'Recycled', 'Organic', 'Handmade', 'Reversible', 'Slim',
  'Heavy-Duty', 'Quiet', 'Weekend', 'Signature', 'Essential', 'Vintage', 'Ergonomic', 'Soft', 'Reinforced', 'Portable',
] as const;

export const COLORS = [
  ['Black', 'BLK'], ['White', 'WHT'], ['Navy', 'NVY'], ['Forest Green', 'GRN'], ['Charcoal', 'CHR'], ['Sand', 'SND'],
  ['Burgundy', 'BUR'], ['Sky Blue', 'SKY'], ['Mustard', 'MUS'], ['Slate', 'SLT'], ['Rust', 'RST'], ['Ivory', 'IVO'],
  ['Teal', 'TEA'], ['Plum', 'PLM'], ['Olive', 'OLV'],
] as const;

export const SIZES = [
  ['XS', 'XS'], ['S', 'S'], ['M', 'M'], ['L', 'L'], ['XL', 'XL'], ['2XL', '2XL'], ['3XL', '3XL'], ['4XL', '4XL'],
] as const;

export const SENTENCES = [
  'Made to be used every day and to look good doing it.',
  'The fabric is washed twice, so it keeps its shape.',
  'Every seam is sewn double and checked by hand.',
  'It packs into its own pocket and weighs next to nothing.',
  'Designed together with people who use it in bad weather.',
  'Spare parts are in stock for at least ten years.',
  'Wipe clean with a damp cloth; no bleach.',
  'The finish ages gently and gets better with time.',
  'Fits most standard sizes; see the table below.',
  'Delivered in plain cardboard without any plastic.',
  'The handle is turned from beech of certified forests.',
  'Tested to 10,000 cycles in our own workshop.',
] as const;

export const SWATCHES = ['#111111', '#f4f1ea', '#1f2f4f', '#2d4a35', '#3b3b3f', '#d9c7a3'] as const;
