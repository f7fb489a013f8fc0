// The curves of a run: accuracy and loss over epochs.

import { epochs, planned, progress } from "./progress.js";

const element = (id) => document.getElementById(id);

const margin = { left: 44, right: 8, top: 8, bottom: 26 };

const lines = [
	{ kind: "train", accuracy: "train_accuracy", loss: "loss" },
	{ kind: "validation", accuracy: "val_accuracy", loss: "val_loss" },
	{ kind: "test", accuracy: "test_accuracy", loss: "test_loss" },
];

const glance = 1000; // milliseconds between looks at the clock

export class Curves {
	#run = { history: [] };

	constructor() {
		new ResizeObserver(() => this.#draw()).observe(element("accuracy"));
		setInterval(() => this.#tell(), glance);
	}

	show(run) {
		element("training").hidden = false;
		this.#run = run;
		this.#tell();
		this.#draw();
	}

	#tell() {
		const text = element("training").hidden ? "" : progress(this.#run, Date.now() / 1000);
		if (element("progress").textContent !== text) {
			element("progress").textContent = text;
		}
	}

	#draw() {
		element("charts").hidden = this.#run.history.length === 0;
		chart(element("accuracy"), this.#run, "accuracy", linear, percent);
		chart(element("loss"), this.#run, "loss", logarithmic, short);
	}
}

// chart draws the lines of a quantity into a box. For a run that is still going on, it
// leaves room for what is to come.
function chart(box, run, quantity, scale, text) {
	const points = lines.map(({ kind, [quantity]: key }) => ({
		kind,
		points: run.history.filter((r) => r[key] !== undefined).map((r) => [r.epoch, r[key]]),
	})).filter((line) => line.points.length > 0);
	if (points.length === 0 || box.clientWidth === 0) {
		box.replaceChildren();
		return;
	}
	const [width, height] = [box.clientWidth, box.clientHeight];
	const svg = shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img" });
	const values = points.flatMap((line) => line.points.map(([, v]) => v));
	const { ticks, place } = scale(Math.min(...values), Math.max(...values));
	const now = Math.max(...points.flatMap((line) => line.points.map(([epoch]) => epoch)));
	const end = run.status === "unfinished" ? Math.max(now, planned(run) ?? 0) : now;
	const label = points.some((line) => line.kind === "validation") ? 140 : 104; // its width
	// The labels are where the lines end, in the room for what is to come if that is wide
	// enough.
	const right = Math.min(label, Math.max(margin.right, width - margin.left - ((width - margin.left - label) * end) / now));
	const x = (epoch) => margin.left + (epoch / end) * (width - margin.left - right);
	const y = (v) => height - margin.bottom - place(v) * (height - margin.top - margin.bottom);

	for (const tick of ticks) {
		svg.append(shape("line", { class: "grid", x1: margin.left, x2: width - right, y1: y(tick.at), y2: y(tick.at) }));
		svg.append(shape("text", { x: margin.left - 8, y: y(tick.at) + 4, "text-anchor": "end" }, tick.text));
	}
	svg.append(shape("text", { x: margin.left, y: height - 6 }, "0"));
	svg.append(shape("text", { x: width - right, y: height - 6, "text-anchor": "end" }, epochs(end)));
	const labels = apart(points.map((line) => y(line.points.at(-1)[1])), height - margin.bottom - 6);
	points.forEach((line, i) => {
		const [epoch, v] = line.points.at(-1);
		svg.append(shape("polyline", { class: line.kind, points: line.points.map(([e, w]) => `${x(e)},${y(w)}`).join(" ") }));
		svg.append(shape("circle", { class: line.kind, cx: x(epoch), cy: y(v), r: 3.5 }));
		svg.append(shape("text", { class: line.kind, x: x(epoch) + 8, y: labels[i] + 4 }, `${line.kind} ${text(v)}`));
	});
	const summary = points.map((line) => `${line.kind} ${text(line.points.at(-1)[1])}`).join(", ");
	svg.setAttribute("aria-label", `${quantity} after ${epochs(now)}: ${summary}`);
	box.replaceChildren(svg);
}

// linear is the scale of accuracies, up to 1.
function linear(low) {
	const span = Math.max(1 - low, 0.004);
	const unit = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25].find((u) => span / u <= 5) ?? 0.25;
	const bottom = Math.max(0, Math.floor(low / unit + 1e-9) * unit);
	const ticks = [];
	for (let i = Math.round(bottom / unit); i <= Math.round(1 / unit); i++) {
		ticks.push({ at: i * unit, text: `${Number((100 * i * unit).toFixed(1))} %` });
	}
	return { ticks, place: (v) => (v - bottom) / (1 - bottom) };
}

// logarithmic is the scale of losses, from one round number to another.
function logarithmic(low, high) {
	const steps = [1, 2, 5];
	const exponent = (v) => Math.log10(Math.max(v, 1e-9));
	const all = [];
	for (let e = Math.floor(exponent(low)); e <= Math.ceil(exponent(high)); e++) {
		all.push(...steps.map((s) => s * 10 ** e));
	}
	const from = all.findLastIndex((v) => v <= Math.max(low, 1e-9) * 1.0001);
	const to = Math.max(all.findIndex((v) => v >= high * 0.9999), from + 1);
	const [bottom, top] = [exponent(all[from]), exponent(all[to])];
	const every = Math.ceil((to - from + 1) / 7);
	const ticks = all.slice(from, to + 1).filter((_, i) => i % every === 0).map((at) => ({ at, text: at < 1 ? String(Number(at.toPrecision(1))) : brief.format(at) }));
	return { ticks, place: (v) => (exponent(v) - bottom) / (top - bottom) };
}

// apart moves labels down so that they do not cover those above them, and then up so
// that they do not leave the chart.
function apart(positions, lowest) {
	const least = 15;
	const moved = [...positions];
	const order = positions.map((_, i) => i).sort((a, b) => positions[a] - positions[b]);
	order.forEach((each, i) => {
		moved[each] = i > 0 ? Math.max(moved[each], moved[order[i - 1]] + least) : moved[each];
	});
	order.reverse().forEach((each, i) => {
		moved[each] = Math.min(moved[each], lowest - i * least);
	});
	return moved;
}

function shape(name, attributes, text = "") {
	const made = document.createElementNS("http://www.w3.org/2000/svg", name);
	for (const [key, value] of Object.entries(attributes)) {
		made.setAttribute(key, value);
	}
	made.textContent = text;
	return made;
}

function percent(p) {
	return `${(100 * p).toFixed(2)} %`;
}

// short formats a loss with three significant digits and no exponent.
function short(v) {
	return v >= 100 ? Math.round(v).toLocaleString("en") : v.toPrecision(3);
}

// brief writes a round number, and 20,000 as 20K.
const brief = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 1 });
