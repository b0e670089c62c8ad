// ssh2 makes a cipher for each packet, from the bytes of the key. From bytes that takes Node 24 some 86 µs, from an object
// 14: each key is made an object once.
const crypto = require('node:crypto');

const objects = new WeakMap();

function objectOf(key) {
	if (!Buffer.isBuffer(key)) return key;
	const known = objects.get(key);
	if (known !== undefined) return known;
	const made = crypto.createSecretKey(key);
	objects.set(key, made);
	return made;
}

const withObjects =
	(create) =>
	(algorithm, key, ...others) =>
		create(algorithm, objectOf(key), ...others);

// Inherited, not copied: to read all that the platform has loads much of it.
module.exports = Object.assign(Object.create(crypto), {
	createCipheriv: withObjects(crypto.createCipheriv),
	createDecipheriv: withObjects(crypto.createDecipheriv),
	createHmac: withObjects(crypto.createHmac),
});
