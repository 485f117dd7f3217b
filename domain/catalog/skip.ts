/** Why a whole product is left out of the feed by the source's settings, or null when it is not. */
export function skipReason(
  product: { readonly is_visible?: boolean | null | undefined; readonly type?: string | null | undefined },
  settings: { readonly skipHidden: boolean; readonly skipDigital: boolean },
): 'hidden' | 'digital' | null {
  if (settings.skipHidden && product.is_visible === false) return 'hidden';
  return settings.skipDigital && product.type === 'digital' ? 'digital' : null;
}
