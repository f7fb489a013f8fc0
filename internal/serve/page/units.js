// Inside the network: the image as it comes in, and the hidden units that fire
// most, each with a picture of its weights.

const element = (id) => document.getElementById(id);

const most = 8;

// prepared says what the server does to the drawing, by how the training images lie in
// their frame.
const prepared = { centred: "cropped and centred", cropped: "cropped", whole: "scaled" };

export class Units {
	#tiles = [];
	#model;
	#weights = new Map(); // by unit, as the server gives them

	begin(model) {
		this.#model = model;
		this.#weights.clear();
		this.#tiles = Array.from({ length: Math.min(most, model.layers.length > 2 ? model.layers[1] : 0) }, () => tile(model));
		element("units").replaceChildren(...this.#tiles.map((each) => each.item));
		element("units-card").hidden = this.#tiles.length === 0;
		const seen = element("seen");
		[seen.height, seen.width] = [model.height, model.width];
		element("prepare-choice").hidden = model.framing === "centred";
		element("prepare").value = "auto";
		this.describe();
		this.blank();
	}

	describe() {
		const { framing, height, width } = this.#model;
		const how = prepared[element("prepare").value === "mnist" ? "centred" : framing];
		element("seen-note").textContent = `The drawing, ${how}, in ${height}×${width} pixels.`;
	}

	blank() {
		const seen = element("seen");
		seen.getContext("2d").clearRect(0, 0, seen.width, seen.height);
		seen.setAttribute("aria-label", "Nothing yet");
		this.#tiles.forEach(rest);
	}

	show(result) {
		this.#look(result.image);
		const units = result.units ?? [];
		this.#tiles.forEach((each, i) => {
			if (i < units.length) {
				this.#fire(each, units[i], units[0].activation);
			} else {
				rest(each);
			}
		});
	}

	#look(image) {
		const seen = element("seen");
		const picture = new ImageData(seen.width, seen.height);
		image.forEach((v, i) => picture.data.set([v, v, v, 255], 4 * i));
		seen.getContext("2d").putImageData(picture, 0, 0);
		seen.setAttribute("aria-label", `The drawing in ${seen.height} by ${seen.width} pixels`);
	}

	#fire(tile, { unit, activation }, strongest) {
		tile.item.classList.remove("idle");
		tile.bar.style.setProperty("--part", activation / strongest);
		tile.label.textContent = `#${unit}`;
		tile.strength.textContent = activation.toFixed(1);
		if (tile.unit !== unit) {
			tile.unit = unit;
			this.#picture(tile, unit);
		}
	}

	async #picture(tile, unit) {
		const model = this.#model;
		if (!this.#weights.has(unit)) {
			this.#weights.set(unit, fetch(`/v1/units/${unit}`).then((response) => response.json()));
		}
		try {
			const { weights } = await this.#weights.get(unit);
			if (tile.unit === unit && model === this.#model) {
				paint(tile.canvas, weights);
			}
		} catch {
			this.#weights.delete(unit); // another answer asks again
		}
	}
}

function tile(model) {
	const item = document.createElement("li");
	const canvas = document.createElement("canvas");
	[canvas.width, canvas.height] = [model.width, model.height];
	canvas.setAttribute("aria-hidden", "true");
	const track = document.createElement("div");
	const bar = document.createElement("div");
	const label = document.createElement("span");
	const strength = document.createElement("span");
	[track.className, bar.className, strength.className] = ["track", "bar", "strength"];
	label.textContent = "\u00a0";
	track.append(bar);
	item.append(canvas, track, label, strength);
	return { item, canvas, bar, label, strength, unit: null };
}

// rest leaves an empty tile.
function rest(tile) {
	tile.item.classList.add("idle");
	tile.canvas.getContext("2d").clearRect(0, 0, tile.canvas.width, tile.canvas.height);
	tile.unit = null;
}

// paint shows positive weights in one colour and negative ones in another. The strongest
// hundredth of the weights is shown at full strength.
function paint(canvas, weights) {
	const sizes = weights.map(Math.abs).sort((a, b) => a - b);
	const full = sizes[Math.floor(0.99 * (sizes.length - 1))] || 1;
	const style = getComputedStyle(canvas);
	const [wants, shuns] = ["--wants", "--shuns"].map((name) => rgb(style.getPropertyValue(name)));
	const picture = new ImageData(canvas.width, canvas.height);
	weights.forEach((w, i) => {
		const strength = Math.min(Math.abs(w) / full, 1) ** 1.5; // fades weights that are only noise
		picture.data.set([...(w > 0 ? wants : shuns), 255 * strength], 4 * i);
	});
	canvas.getContext("2d").putImageData(picture, 0, 0);
}

function rgb(colour) {
	return [1, 3, 5].map((at) => parseInt(colour.trim().slice(at, at + 2), 16));
}
