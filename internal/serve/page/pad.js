// The drawing area: strokes by mouse, pen, finger or keyboard.

import { png } from "./png.js";

const lineWidth = 0.085; // of the side of the area
const pictureSide = 140; // of what is sent, in pixels
const step = 0.04; // of a key, and the small one
const smallStep = 0.01;

const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// Pad fires "change" whenever the drawing has changed.
export class Pad extends EventTarget {
	#canvas;
	#strokes = []; // lists of points [x, y] in parts of the side
	#before = []; // what undo goes back to
	#pointer = null; // that draws
	#pen = { at: [0.5, 0.5], down: false }; // the keyboard's
	#held = new Set(); // arrow keys
	#picture = new OffscreenCanvas(pictureSide, pictureSide);

	constructor(canvas) {
		super();
		this.#canvas = canvas;
		canvas.addEventListener("pointerdown", (event) => this.#begin(event));
		canvas.addEventListener("pointermove", (event) => this.#move(event));
		canvas.addEventListener("pointerup", (event) => this.#end(event));
		canvas.addEventListener("pointercancel", (event) => this.#end(event));
		canvas.addEventListener("keydown", (event) => this.#key(event));
		canvas.addEventListener("keyup", (event) => this.#held.delete(event.key));
		canvas.addEventListener("focus", () => this.#render());
		canvas.addEventListener("blur", () => {
			this.#held.clear();
			this.#pen.down = false;
			this.#render();
		});
		new ResizeObserver(() => this.#resize()).observe(canvas);
		matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#render());
	}

	get empty() {
		return this.#strokes.length === 0;
	}

	get undoable() {
		return this.#before.length > 0;
	}

	undo() {
		if (this.undoable) {
			this.#strokes = this.#before.pop();
			this.#pen.down = false;
			this.#changed();
		}
	}

	clear() {
		if (!this.empty) {
			this.#before.push(this.#strokes);
			this.#strokes = [];
			this.#pen.down = false;
			this.#changed();
		}
	}

	// picture is the drawing as a PNG, black on white, whatever the colours of the
	// page.
	picture() {
		const context = this.#picture.getContext("2d", { willReadFrequently: true });
		context.fillStyle = "#fff";
		context.fillRect(0, 0, pictureSide, pictureSide);
		this.#ink(context, pictureSide, "#000");
		const { data } = context.getImageData(0, 0, pictureSide, pictureSide);
		const grey = Uint8Array.from({ length: data.length / 4 }, (_, i) => data[4 * i]);
		return png(grey, pictureSide, pictureSide);
	}

	#changed() {
		this.#render();
		this.dispatchEvent(new Event("change"));
	}

	#startStroke(point) {
		this.#before.push(this.#strokes);
		this.#strokes = [...this.#strokes, [point]];
	}

	#at(event) {
		const box = this.#canvas.getBoundingClientRect();
		return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
	}

	#begin(event) {
		if (this.#pointer !== null || event.button !== 0) {
			return;
		}
		this.#pointer = event.pointerId;
		this.#canvas.setPointerCapture(event.pointerId);
		this.#startStroke(this.#at(event));
		this.#changed();
	}

	#move(event) {
		if (event.pointerId !== this.#pointer) {
			return;
		}
		const all = event.getCoalescedEvents();
		for (const each of all.length > 0 ? all : [event]) {
			this.#strokes.at(-1).push(this.#at(each));
		}
		this.#changed();
	}

	#end(event) {
		if (event.pointerId === this.#pointer) {
			this.#pointer = null;
		}
	}

	#key(event) {
		if (event.ctrlKey || event.metaKey || event.altKey) {
			return;
		}
		const small = event.shiftKey;
		if (event.key in arrows) {
			this.#held.add(event.key);
			this.#steer(small ? smallStep : step);
		} else if (event.key === " ") {
			this.#pen.down = !this.#pen.down && !event.repeat;
			if (this.#pen.down) {
				this.#startStroke([...this.#pen.at]);
			}
			this.#changed();
		} else if (event.key === "Backspace") {
			this.undo();
		} else if (event.key === "Delete") {
			this.clear();
		} else {
			return;
		}
		event.preventDefault();
	}

	// steer moves the pen the way of all arrows that are held: two are a diagonal.
	#steer(length) {
		for (const key of this.#held) {
			const at = this.#pen.at;
			arrows[key].forEach((way, i) => {
				at[i] = Math.min(Math.max(at[i] + way * length, 0), 1);
			});
		}
		if (this.#pen.down) {
			this.#strokes.at(-1).push([...this.#pen.at]);
			this.#changed();
		} else {
			this.#render();
		}
	}

	#resize() {
		const side = Math.round(this.#canvas.clientWidth * devicePixelRatio);
		if (side > 0 && this.#canvas.width !== side) {
			this.#canvas.width = this.#canvas.height = side;
			this.#render();
		}
	}

	#render() {
		const side = this.#canvas.width;
		const context = this.#canvas.getContext("2d");
		const style = getComputedStyle(this.#canvas);
		context.clearRect(0, 0, side, side);
		this.#ink(context, side, style.color);
		if (this.#canvas.matches(":focus-visible")) {
			this.#cursor(context, side, style.getPropertyValue("--accent"));
		}
	}

	// ink draws the strokes with rounded corners: curves from middle to middle.
	#ink(context, side, colour) {
		context.strokeStyle = context.fillStyle = colour;
		context.lineWidth = lineWidth * side;
		context.lineCap = context.lineJoin = "round";
		for (const stroke of this.#strokes) {
			const points = stroke.map(([x, y]) => [x * side, y * side]);
			context.beginPath();
			context.arc(...points[0], context.lineWidth / 2, 0, 2 * Math.PI); // a line of no length has no ends
			context.fill();
			context.beginPath();
			context.moveTo(...points[0]);
			for (let i = 1; i < points.length - 1; i++) {
				const [x, y] = points[i];
				const [nextX, nextY] = points[i + 1];
				context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
			}
			context.lineTo(...points.at(-1));
			context.stroke();
		}
	}

	// cursor shows where the keyboard's pen is: filled when it is down.
	#cursor(context, side, colour) {
		const [x, y] = this.#pen.at;
		context.beginPath();
		context.arc(x * side, y * side, (lineWidth * side) / 2, 0, 2 * Math.PI);
		context.strokeStyle = context.fillStyle = colour;
		context.lineWidth = side / 160;
		if (this.#pen.down) {
			context.fill();
		}
		context.stroke();
	}
}
