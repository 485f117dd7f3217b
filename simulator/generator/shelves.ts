/** Which options the products of a shelf are sold in. */
export type OptionStyle = 'apparel' | 'color' | 'plain' | 'digital';

/** One leaf of the category tree with what stands on it: prices in the store's currency, weights in its units. */
export interface Shelf {
  readonly path: string;
  readonly noun: string;
  readonly code: string;
  readonly price: readonly [number, number];
  readonly weight: readonly [number, number];
  readonly options: OptionStyle;
}

function shelf(
  path: string,
  noun: string,
  code: string,
  price: readonly [number, number],
  weight: readonly [number, number],
  options: OptionStyle,
): Shelf {
  return { path, noun, code, price, weight, options };
}

export const SHELVES: readonly Shelf[] = [
  shelf('Apparel/Men/Outerwear/Jackets/Rain Jackets', 'Rain Jacket', 'RJK', [59, 249], [1.1, 2.9], 'apparel'),
  shelf('Apparel/Men/Outerwear/Jackets/Down Jackets', 'Down Jacket', 'DJK', [99, 389], [1.2, 3.1], 'apparel'),
  shelf('Apparel/Men/Outerwear/Vests', 'Vest', 'VST', [39, 149], [0.6, 1.4], 'apparel'),
  shelf('Apparel/Men/Shirts/Flannel', 'Flannel Shirt', 'FLS', [29, 89], [0.6, 1.2], 'apparel'),
  shelf('Apparel/Men/Shirts/T-Shirts', 'T-Shirt', 'TSH', [12, 45], [0.3, 0.6], 'apparel'),
  shelf('Apparel/Women/Outerwear/Coats/Wool Coats', 'Wool Coat', 'WCT', [129, 499], [2.1, 4.6], 'apparel'),
  shelf('Apparel/Women/Knitwear/Cardigans', 'Cardigan', 'CDG', [49, 159], [0.7, 1.6], 'apparel'),
  shelf('Apparel/Women/Dresses', 'Dress', 'DRS', [39, 189], [0.5, 1.3], 'apparel'),
  shelf('Apparel/Accessories/Socks', 'Socks', 'SCK', [6, 24], [0.1, 0.3], 'apparel'),
  shelf('Apparel/Accessories/Hats & Caps', 'Cap', 'CAP', [14, 49], [0.2, 0.5], 'color'),
  shelf('Home/Kitchen/Cookware/Pans/Cast Iron', 'Cast Iron Pan', 'PAN', [24, 149], [3.2, 9.8], 'plain'),
  shelf('Home/Kitchen/Cookware/Pots', 'Stock Pot', 'POT', [29, 189], [2.4, 7.9], 'plain'),
  shelf('Home/Kitchen/Knives', 'Chef Knife', 'KNF', [19, 219], [0.4, 1.1], 'plain'),
  shelf('Home/Kitchen/Storage/Jars', 'Storage Jar', 'JAR', [5, 39], [0.6, 2.2], 'color'),
  shelf('Home/Bath/Towels', 'Bath Towel', 'TWL', [12, 69], [0.8, 2.1], 'color'),
  shelf('Home/Bath/Mats', 'Bath Mat', 'MAT', [15, 59], [1.1, 2.6], 'color'),
  shelf('Home/Living/Lighting/Lamps/Table Lamps', 'Table Lamp', 'LMP', [29, 249], [2.2, 8.9], 'color'),
  shelf('Home/Living/Textiles/Cushions', 'Cushion', 'CSH', [15, 79], [0.9, 2.2], 'color'),
  shelf('Home/Living/Furniture/Stools', 'Stool', 'STL', [49, 219], [6.5, 18], 'color'),
  shelf('Garden/Tools/Hand Tools', 'Hand Trowel', 'TRW', [8, 45], [0.5, 1.6], 'plain'),
  shelf('Garden/Tools/Pruning', 'Pruning Shears', 'PRN', [14, 89], [0.6, 1.8], 'plain'),
  shelf('Garden/Planters', 'Planter', 'PLT', [12, 159], [1.8, 14], 'color'),
  shelf('Garden/Outdoor Living/Lanterns', 'Lantern', 'LNT', [19, 119], [1.2, 4.8], 'plain'),
  shelf('Outdoor/Camping/Tents', 'Two-Person Tent', 'TNT', [89, 599], [3.9, 9.5], 'color'),
  shelf('Outdoor/Camping/Sleeping/Sleeping Bags', 'Sleeping Bag', 'SLB', [49, 399], [1.8, 4.4], 'apparel'),
  shelf('Outdoor/Hiking/Backpacks/Daypacks', 'Daypack', 'DPK', [39, 189], [1.1, 2.9], 'color'),
  shelf('Outdoor/Hiking/Bottles', 'Steel Bottle', 'BTL', [15, 49], [0.5, 1.1], 'color'),
  shelf('Outdoor/Cycling/Lights', 'Bike Light', 'BKL', [14, 129], [0.1, 0.6], 'plain'),
  shelf('Outdoor/Cycling/Gloves', 'Cycling Gloves', 'GLV', [19, 79], [0.2, 0.4], 'apparel'),
  shelf('Office/Stationery/Notebooks', 'Notebook', 'NTB', [4, 29], [0.4, 1.2], 'color'),
  shelf('Office/Stationery/Pens', 'Fountain Pen', 'PEN', [12, 189], [0.1, 0.3], 'color'),
  shelf('Office/Desk/Organisers', 'Desk Organiser', 'DSK', [15, 99], [1.2, 4.2], 'plain'),
  shelf('Pets/Dogs/Collars', 'Dog Collar', 'DGC', [9, 49], [0.2, 0.5], 'apparel'),
  shelf('Pets/Cats/Beds', 'Cat Bed', 'CTB', [24, 99], [1.4, 3.9], 'color'),
  shelf('Downloads/Patterns', 'Sewing Pattern', 'PTN', [4, 18], [0, 0], 'digital'),
  shelf('Downloads/Guides', 'Trail Guide', 'GDE', [5, 25], [0, 0], 'digital'),
];
