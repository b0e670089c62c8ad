// In place of string-width in the bundles: its tables of emoji take 30 ms to set up, and nearly all text needs none of them.
const ONE_CELL_EACH = /^[\x20-\x7e·‖…→↻─-▟●○◐✗]*$/;

module.exports = (text, options) =>
	options === undefined && ONE_CELL_EACH.test(text)
		? text.length
		: require('../node_modules/string-width/index.js').default(text, options);
