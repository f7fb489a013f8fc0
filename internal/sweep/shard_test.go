package sweep

import "testing"

func TestShardsShareOutAllTrials(t *testing.T) {
	for n := 1; n <= 5; n++ {
		for trial := range 12 {
			owners := 0
			for i := range n {
				if (Shard{i, n}).Has(trial) {
					owners++
				}
			}
			if owners != 1 {
				t.Errorf("trial %d is of %d of %d shards", trial, owners, n)
			}
		}
	}
}

func TestParseShard(t *testing.T) {
	if s, err := ParseShard("3/4"); err != nil || s != (Shard{3, 4}) || s.String() != "3/4" {
		t.Errorf("3/4 gave %v, %v", s, err)
	}
	for _, text := range []string{"", "4/4", "-1/4", "0/0", "1", "/", "a/b", "0/4/1", "1/-2"} {
		if s, err := ParseShard(text); err == nil {
			t.Errorf("%q gave %v", text, s)
		}
	}
}

func TestEnvironmentShard(t *testing.T) {
	type env = map[string]string
	tests := []struct {
		name  string
		env   env
		count int
		want  Shard
		from  string
		err   string
	}{
		{"none", env{}, 0, Whole, "", ""},
		{"slurm", env{"SLURM_ARRAY_TASK_ID": "5", "SLURM_ARRAY_TASK_COUNT": "4", "SLURM_ARRAY_TASK_MIN": "3"}, 0, Shard{2, 4}, "SLURM_ARRAY_TASK_ID", ""},
		{"slurm, every second", env{"SLURM_ARRAY_TASK_ID": "6", "SLURM_ARRAY_TASK_COUNT": "4", "SLURM_ARRAY_TASK_MIN": "0", "SLURM_ARRAY_TASK_STEP": "2"}, 0, Shard{3, 4}, "SLURM_ARRAY_TASK_ID", ""},
		{"slurm without a count", env{"SLURM_ARRAY_TASK_ID": "5", "SLURM_ARRAY_TASK_MIN": "3"}, 9, Shard{}, "", "SLURM_ARRAY_TASK_ID is the index of a shard, but _MIN or _COUNT is not a number"},
		{"slurm past the end", env{"SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_COUNT": "4", "SLURM_ARRAY_TASK_MIN": "3"}, 0, Shard{}, "", "SLURM_ARRAY_TASK_ID must be i/n with i from 0 to n-1, such as 0/4"},
		{"kubernetes", env{"JOB_COMPLETION_INDEX": "1"}, 3, Shard{1, 3}, "JOB_COMPLETION_INDEX", ""},
		{"kubernetes without a count", env{"JOB_COMPLETION_INDEX": "1"}, 0, Shard{}, "", "JOB_COMPLETION_INDEX is the index of a shard, but there is no count: add --shards N"},
		{"kubernetes past the end", env{"JOB_COMPLETION_INDEX": "3"}, 3, Shard{}, "", "JOB_COMPLETION_INDEX must be i/n with i from 0 to n-1, such as 0/4"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, from, err := EnvironmentShard(func(name string) string { return test.env[name] }, test.count)
			if got != test.want || from != test.from || (err == nil) != (test.err == "") || err != nil && err.Error() != test.err {
				t.Errorf("got %v from %q, %v", got, from, err)
			}
		})
	}
}
