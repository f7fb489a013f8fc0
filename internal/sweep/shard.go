package sweep

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Shard is a part of the trials: those whose index has the remainder Index when
// divided by Count.
type Shard struct{ Index, Count int }

// Whole is the shard of all trials.
var Whole = Shard{0, 1}

// Has reports whether trial i belongs to the shard.
func (s Shard) Has(i int) bool { return i%s.Count == s.Index }

// String returns the form that [ParseShard] parses, such as "0/4".
func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Count) }

// ParseShard parses "i/n", with i from 0 to n-1.
func ParseShard(text string) (Shard, error) {
	index, count, _ := strings.Cut(text, "/")
	i, iErr := strconv.Atoi(index)
	n, nErr := strconv.Atoi(count)
	if iErr != nil || nErr != nil || i < 0 || i >= n {
		return Shard{}, errors.New("must be i/n with i from 0 to n-1, such as 0/4")
	}
	return Shard{i, n}, nil
}

// EnvironmentShard returns the shard that a Slurm job array or an Indexed Job of
// Kubernetes assigns to this process, and the variable that says so; without either,
// it returns [Whole] and no variable. Kubernetes does not say how many shards there
// are, so count must. The error says what is missing.
//
// Sources: the manual of sbatch, "OUTPUT ENVIRONMENT VARIABLES"; Kubernetes'
// documentation of Jobs, "Completion mode".
func EnvironmentShard(getenv func(string) string, count int) (s Shard, variable string, err error) {
	const slurm, kubernetes = "SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX"
	switch {
	case getenv(slurm) != "":
		s, err = slurmShard(getenv)
		variable = slurm
	case getenv(kubernetes) != "":
		s, err = ParseShard(fmt.Sprintf("%s/%d", getenv(kubernetes), count))
		variable = kubernetes
		if err != nil && count == 0 {
			err = errors.New("is the index of a shard, but there is no count: add --shards N")
		}
	default:
		return Whole, "", nil
	}
	if err != nil {
		return Shard{}, "", fmt.Errorf("%s %w", variable, err)
	}
	return s, variable, nil
}

// slurmShard reads the variables of a job array, whose IDs need not start at 0 nor
// be consecutive.
func slurmShard(getenv func(string) string) (Shard, error) {
	number := func(suffix, otherwise string) (int, error) {
		text := getenv("SLURM_ARRAY_TASK_" + suffix)
		if text == "" {
			text = otherwise
		}
		return strconv.Atoi(text)
	}
	id, idErr := number("ID", "")
	first, firstErr := number("MIN", "")
	count, countErr := number("COUNT", "")
	step, stepErr := number("STEP", "1")
	if err := errors.Join(idErr, firstErr, countErr, stepErr); err != nil || step < 1 {
		return Shard{}, errors.New("is the index of a shard, but _MIN or _COUNT is not a number")
	}
	return ParseShard(fmt.Sprintf("%d/%d", (id-first)/step, count))
}
