package output

import (
	"iter"
	"slices"
)

// sampled is how many rows decide how wide the columns are.
const sampled = 200

// peek reads the first rows and returns them together with all rows, those first
// ones included. An error among them is returned at once, before a byte is written.
func peek(rows Rows, n int) (head [][]any, all Rows, err error) {
	next, stop := iter.Pull2(rows)
	for len(head) < n {
		row, err, ok := next()
		if !ok {
			break
		}
		if err != nil {
			stop()
			return nil, nil, err
		}
		head = append(head, slices.Clone(row))
	}
	return head, func(yield func([]any, error) bool) {
		defer stop()
		for _, row := range head {
			if !yield(row, nil) {
				return
			}
		}
		for {
			row, err, ok := next()
			if !ok || !yield(row, err) {
				return
			}
		}
	}, nil
}
