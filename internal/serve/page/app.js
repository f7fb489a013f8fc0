// The page: a pad to draw on, and the server's answer for the drawing.

import { Answer } from "./answer.js";
import { Curves } from "./curves.js";
import { Pad } from "./pad.js";
import { Units } from "./units.js";

const element = (id) => document.getElementById(id);

const pad = new Pad(element("pad"));
const answer = new Answer();
const units = new Units();
const curves = new Curves();

const patience = 5000; // milliseconds that an answer may take, or a server that is gone

let model = null; // what GET /v1/model answers

// ask sends the current drawing. While an answer is on its way, further strokes wait
// and are sent together, so that the answers keep pace with the hand.
let asking = false;
let stale = false;

async function ask(changed) {
	if (asking) {
		stale = true;
		return;
	}
	asking = true;
	do {
		stale = false;
		if (pad.empty || !model) {
			answer.blank();
			units.blank();
			continue;
		}
		await show(changed);
		changed = performance.now();
	} while (stale);
	asking = false;
}

async function show(changed) {
	try {
		const response = await fetch(`/v1/predict?detail=true&prepare=${element("prepare").value}`, {
			method: "POST",
			headers: { "Content-Type": "image/png" },
			body: pad.picture(),
			signal: AbortSignal.timeout(patience),
		});
		const result = await response.json();
		if (pad.empty) {
			return; // cleared in the meantime
		}
		if (!response.ok) {
			tell(result.detail, true);
			return;
		}
		answer.show(result);
		units.show(result, model);
		answer.took(performance.now() - changed);
		tell("");
	} catch {
		tell("The server does not answer.", true);
	}
}

function tell(text, bad = false) {
	element("state").textContent = text;
	element("state").classList.toggle("bad", bad);
}

pad.addEventListener("change", () => {
	enable("undo", pad.undoable);
	enable("clear", !pad.empty);
	element("hint").hidden = !pad.empty;
	ask(performance.now());
});

// enable enables or disables a button. If the button that is disabled has the focus, the
// pad gets it, or it would be lost.
function enable(id, possible) {
	const button = element(id);
	if (!possible && document.activeElement === button) {
		element("pad").focus({ preventScroll: true });
	}
	button.disabled = !possible;
}

element("prepare").addEventListener("change", () => {
	units.describe();
	ask(performance.now());
});
element("undo").addEventListener("click", () => pad.undo());
element("clear").addEventListener("click", () => pad.clear());
addEventListener("keydown", (event) => {
	if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z") {
		event.preventDefault();
		pad.undo();
	}
});

// listen receives what the server sends on its own: the model, once there is one, and
// the run. A browser reconnects when a connection breaks, but gives up when it is
// refused.
function listen() {
	const events = new EventSource("/v1/events");
	events.addEventListener("model", (event) => begin(JSON.parse(event.data)));
	events.addEventListener("run", (event) => follow(JSON.parse(event.data)));
	events.addEventListener("open", () => tell(""));
	events.addEventListener("error", () => {
		tell("The server does not answer.", true);
		if (events.readyState === EventSource.CLOSED) {
			setTimeout(listen, patience);
		}
	});
}

function begin(described) {
	model = described;
	document.body.classList.remove("waiting");
	answer.begin(model);
	units.begin(model);
	element("model").textContent = `${model.name} · ${model.layers.join("–")}`;
	element("parameters").textContent = ` · ${model.parameters.toLocaleString("en")} parameters`;
	document.title = `${model.name} · mnistgpu`;
	tell("");
	ask(performance.now());
}

function follow(run) {
	curves.show(run);
	document.body.classList.toggle("waiting", !model);
	if (!model) {
		element("model").textContent = run.name;
		document.title = `${run.name} · mnistgpu`;
	}
}

listen();
