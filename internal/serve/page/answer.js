// The answer: the likeliest class in large, and a bar for each class.

const element = (id) => document.getElementById(id);

const mostBars = 12; // of more classes only the likeliest are shown
const quiet = 700; // milliseconds without a stroke before the answer is spoken
const digits = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

export class Answer {
	#classes = [];
	#rows = [];
	#digits = true; // the classes are those of MNIST
	#speech;

	// begin makes the bars for a model.
	begin(model) {
		this.#classes = model.classes;
		this.#digits = digits.every((name, i) => model.classes[i] === name) && model.classes.length === digits.length;
		const bars = element("bars");
		bars.classList.toggle("named", !this.#digits);
		bars.classList.toggle("ranked", model.classes.length > mostBars);
		this.#rows = model.classes.slice(0, mostBars).map((_, k) => row(this.#symbol(k)));
		bars.replaceChildren(...this.#rows.map((each) => each.item));
		this.blank();
	}

	#symbol(k) {
		return this.#digits ? String(k) : this.#classes[k];
	}

	blank() {
		element("symbol").textContent = "?";
		element("symbol").classList.remove("long");
		element("words").textContent = "";
		element("latency").textContent = "\u00a0";
		this.#mood("empty");
		this.#speak("");
		for (const each of this.#rows) {
			each.bar.style.setProperty("--part", 0);
			each.share.textContent = "";
			each.item.classList.remove("top");
		}
	}

	show(result) {
		const symbol = this.#symbol(result.class);
		const sure = result.probability >= 0.5;
		element("symbol").textContent = symbol;
		element("symbol").classList.toggle("long", symbol.length > 3);
		element("words").textContent = [
			sure ? "" : "perhaps",
			this.#digits ? result.name : "",
			percent(result.probability),
		].filter(Boolean).join(" · ");
		this.#mood(sure ? "" : "unsure");
		this.#speak(`${result.name}, ${percent(result.probability)}`);
		this.#shown(result.probabilities).forEach((k, i) => this.#fill(this.#rows[i], k, result));
	}

	// shown are the classes that have a bar: all, or the likeliest.
	#shown(probabilities) {
		const classes = probabilities.map((_, k) => k);
		if (classes.length > mostBars) {
			classes.sort((a, b) => probabilities[b] - probabilities[a]);
		}
		return classes.slice(0, mostBars);
	}

	#fill(row, k, result) {
		const p = result.probabilities[k];
		row.name.textContent = this.#symbol(k);
		row.bar.style.setProperty("--part", p);
		row.share.textContent = percent(p);
		row.item.classList.toggle("top", k === result.class);
	}

	took(milliseconds) {
		element("latency").textContent = `${Math.max(1, Math.round(milliseconds))} ms from stroke to answer`;
	}

	#mood(name) {
		const section = document.querySelector(".answer");
		section.classList.toggle("empty", name === "empty");
		section.classList.toggle("unsure", name === "unsure");
	}

	// speak tells a screen reader the answer once the hand rests.
	#speak(text) {
		clearTimeout(this.#speech);
		this.#speech = setTimeout(() => {
			element("spoken").textContent = text;
		}, quiet);
	}
}

function row(symbol) {
	const item = document.createElement("li");
	const [name, track, bar, share] = ["class", "track", "bar", "share"].map((kind) => {
		const part = document.createElement("div");
		part.className = kind;
		return part;
	});
	name.textContent = symbol;
	track.append(bar);
	item.append(name, track, share);
	return { item, name, bar, share };
}

// percent never says that what is left to chance is certain.
function percent(p) {
	if (p < 1 && p > 0.9995) {
		return "> 99.9 %";
	}
	return `${(100 * p).toFixed(1)} %`;
}
