export const products = [
	{ sku: 18811, name: 'Enamel mug', price: 12.5 },
	{ sku: 18812, name: 'Linen apron', price: 34 },
	{ sku: 18813, name: 'Cast iron pan', price: 59.9 },
	{ sku: 18814, name: 'Bread knife', price: 41 },
	{ sku: 18815, name: 'Oak board', price: 28.75 },
	{ sku: 18816, name: 'Pepper mill', price: 22 },
];

const customers = ['ada@example.org', 'grace@example.org', 'linus@example.org', 'margaret@example.org'];

export const pick = (list) => list[Math.floor(Math.random() * list.length)];

/** An order as it comes in. A few come from guests, who have no account. */
export function randomOrder() {
	const product = pick(products);
	const account = Math.random() < 0.06 ? undefined : { email: pick(customers) };
	return {
		number: 70000 + Math.floor(Math.random() * 9999),
		sku: product.sku,
		price: product.price,
		account,
	};
}
