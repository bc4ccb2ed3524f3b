//go:build nos3

package files

import "errors"

// NewS3 refuses: this build is the demo's, which needs no bucket. The client of S3 takes
// a fifth of the time that building the program takes.
func NewS3(S3) (Blobs, error) {
	return nil, errors.New("this program was built without S3: build it without the tag nos3")
}
