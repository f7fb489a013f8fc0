// How far a run has come, in words.

const states = {
	stopped: "Stopped: mnistgpu resume RUN continues it",
	done: "Done",
	interrupted: "Interrupted",
	diverged: "Diverged: a loss or a weight is not finite",
};

const patience = 60; // seconds without news that are normal

// planned is how many epochs a run is to take, as far as it says.
export function planned(run) {
	const last = run.history.at(-1);
	if (run.steps && last) {
		return (run.steps * last.epoch) / (last.step + 1);
	}
	return run.epochs;
}

// progress describes a run at a time, in seconds since 1970.
export function progress(run, now) {
	const last = run.history.at(-1);
	const goesOn = run.status === "unfinished" && now - run.updated < longest(run);
	const state = goesOn ? "In progress" : states[run.status] ?? `No news for ${duration(now - run.updated)}: it was stopped, or is slow`;
	if (!last) {
		return [state, ...(["unfinished", "stopped"].includes(run.status) ? ["no evaluation yet"] : [])].join(" · ");
	}
	const all = planned(run);
	const rest = goesOn && all > last.epoch ? (last.seconds / last.epoch) * (all - last.epoch) : 0;
	return [
		state,
		rest > 0 ? `epoch ${decimal(last.epoch)} of ${decimal(all)}` : `${epochs(last.epoch)} in ${duration(last.seconds)}`,
		rest > 0 && `about ${duration(rest)} to go`,
		last.test_accuracy !== undefined && `${(100 * last.test_accuracy).toFixed(2)} % of the test images right`,
		run.learned_nothing && "the network learned nothing: mnistgpu lr-find suggests another learning rate",
	].filter(Boolean).join(" · ");
}

// longest is for how many seconds a run that is still going on may send no news. If the
// file system has no locks, a run that takes longer looks like one that was killed.
function longest(run) {
	const usual = (run.history.at(-1)?.seconds ?? 0) / run.history.length || 0; // between evaluations
	return Math.max(patience, 3 * usual);
}

export function epochs(n) {
	return `${decimal(n)} ${n === 1 ? "epoch" : "epochs"}`;
}

function decimal(v) {
	return String(Number(v.toFixed(v < 10 ? 1 : 0)));
}

function duration(seconds) {
	const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
	const first = units.findIndex(([, length]) => seconds >= length);
	if (seconds < 10 || first < 0) {
		return `${decimal(seconds)} s`;
	}
	const [[name, length], next] = units.slice(first, first + 2);
	const rest = next ? Math.floor((seconds % length) / next[1]) : 0;
	return `${Math.floor(seconds / length)} ${name}` + (rest > 0 ? ` ${rest} ${next[0]}` : "");
}
