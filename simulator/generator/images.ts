import type { ProductFields, ProductImage } from '../catalogue/product.ts';
import { mix } from '../random.ts';
import type { Plan } from './plan.ts';

/** The images of a generated product: none to four, the thumbnail not always first, sort orders with gaps. */
export function generateImages(plan: Plan, productId: number, fields: ProductFields): ProductImage[] {
  const roll = mix(plan.seed, 0x1a6e);
  const count = roll % 50 === 0 ? 0 : 1 + (roll % 4);
  const thumbnail = roll % 3 === 0 ? count - 1 : 0;
  return Array.from({ length: count }, (_, position) =>
    makeImage({
      id: 240 + productId * 4 + position,
      productId,
      isThumbnail: position === thumbnail,
      sortOrder: position * (1 + (roll % 2)),
      description: position === 0 ? `${fields.name}, front` : '',
      changed: fields.date_created,
    }),
  );
}

/** One image with the four addresses that BigCommerce derives from its file. */
export function makeImage(image: {
  id: number;
  productId: number;
  isThumbnail: boolean;
  sortOrder: number;
  description: string;
  changed: string;
}): ProductImage {
  const file = `${image.productId}/${image.id}`;
  const base = `https://cdn11.bigcommerce.com/s-simulator/products/${file}`;
  return {
    id: image.id,
    product_id: image.productId,
    is_thumbnail: image.isThumbnail,
    sort_order: image.sortOrder,
    description: image.description,
    image_file: `${String.fromCharCode(97 + (image.id % 26))}/${image.id}__${image.productId}.jpg`,
    url_zoom: `${base}/photo.1280.1280.jpg?c=1`,
    url_standard: `${base}/photo.386.513.jpg?c=1`,
    url_thumbnail: `${base}/photo.220.290.jpg?c=1`,
    url_tiny: `${base}/photo.44.58.jpg?c=1`,
    date_modified: image.changed,
  };
}
