// A PNG of grey pixels, not compressed. The browser's own encoder waits until the
// browser has nothing else to do, and so would the answer.

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

const remainders = Uint32Array.from({ length: 256 }, (_, n) => {
	for (let bit = 0; bit < 8; bit++) {
		n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
	}
	return n;
});

// png takes rows of grey pixels, of at most 65535 bytes with one more for each
// row, which is what a block of the format holds.
export function png(grey, width, height) {
	const rows = new Uint8Array((width + 1) * height); // each begins with 0: no filter
	for (let y = 0; y < height; y++) {
		rows.set(grey.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
	}
	const length = [rows.length & 255, rows.length >> 8];
	const stored = [1, ...length, ...length.map((v) => v ^ 255)];
	return join(
		signature,
		chunk("IHDR", join(number(width), number(height), [8, 0, 0, 0, 0])),
		chunk("IDAT", join([0x78, 0x01], stored, rows, number(adler(rows)))),
		chunk("IEND", []),
	);
}

function chunk(name, data) {
	const content = join([...name].map((letter) => letter.charCodeAt(0)), data);
	return join(number(data.length), content, number(remainder(content)));
}

function join(...parts) {
	const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		whole.set(part, at);
		at += part.length;
	}
	return whole;
}

// number is big-endian.
function number(n) {
	return [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
}

// remainder is the CRC-32 of the PNG specification.
function remainder(bytes) {
	let c = 0xffffffff;
	for (const byte of bytes) {
		c = remainders[(c ^ byte) & 255] ^ (c >>> 8);
	}
	return (c ^ 0xffffffff) >>> 0;
}

// adler is the checksum of zlib.
function adler(bytes) {
	let [a, b] = [1, 0];
	for (const byte of bytes) {
		a = (a + byte) % 65521;
		b = (b + a) % 65521;
	}
	return ((b << 16) | a) >>> 0;
}
