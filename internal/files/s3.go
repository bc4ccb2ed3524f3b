//go:build !nos3

package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/carnetcrm/carnet/internal/errs"
)

// part is the size of the pieces in which big blobs are sent. A store takes 10,000.
const part = 16 << 20

// NewS3 returns the place that c describes. Nothing is asked of it yet.
func NewS3(c S3) (Blobs, error) {
	opt := s3.Options{
		Region: c.Region, UsePathStyle: c.PathStyle,
		Credentials: credentials.NewStaticCredentialsProvider(c.Key, c.Secret, ""),
		// Stores other than AWS don't know the newer checksums; the signature holds one.
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
		RetryMaxAttempts:           3,
		HTTPClient: &http.Client{Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
			TLSHandshakeTimeout:   10 * time.Second,
			ResponseHeaderTimeout: time.Minute,
			MaxIdleConnsPerHost:   16,
			IdleConnTimeout:       90 * time.Second,
		}},
	}
	if c.Endpoint != "" {
		opt.BaseEndpoint = aws.String(c.Endpoint)
	}
	return &bucket{api: s3.New(opt), name: c.Bucket, prefix: c.Prefix}, nil
}

// bucket keeps blobs in an S3-compatible store.
type bucket struct {
	api          *s3.Client
	name, prefix string
}

func (b *bucket) key(name string) *string { return aws.String(b.prefix + name) }

// Put sends the blob, a big one in parts, which are thrown away when one fails.
func (b *bucket) Put(ctx context.Context, name string, f *os.File, size int64) error {
	if size <= part {
		_, err := b.api.PutObject(ctx, &s3.PutObjectInput{Bucket: &b.name, Key: b.key(name),
			Body: io.NewSectionReader(f, 0, size), ContentLength: &size})
		return b.failed("storing a file", err)
	}
	up, err := b.api.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: &b.name, Key: b.key(name)})
	if err != nil {
		return b.failed("storing a file", err)
	}
	parts, err := b.send(ctx, name, up.UploadId, f, size)
	if err == nil {
		_, err = b.api.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: &b.name, Key: b.key(name),
			UploadId: up.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}})
	}
	if err != nil {
		// Parts of an upload that isn't finished are paid for; ctx may be over.
		clean, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		_, cleaning := b.api.AbortMultipartUpload(clean, &s3.AbortMultipartUploadInput{Bucket: &b.name, Key: b.key(name), UploadId: up.UploadId})
		return b.failed("storing a file", errors.Join(err, cleaning))
	}
	return nil
}

// send sends the parts one after the other.
func (b *bucket) send(ctx context.Context, name string, upload *string, f *os.File, size int64) ([]types.CompletedPart, error) {
	var out []types.CompletedPart
	for at := int64(0); at < size; at += part {
		n := min(part, size-at)
		number := aws.Int32(int32(at/part) + 1)
		done, err := b.api.UploadPart(ctx, &s3.UploadPartInput{Bucket: &b.name, Key: b.key(name), UploadId: upload,
			PartNumber: number, Body: io.NewSectionReader(f, at, n), ContentLength: &n})
		if err != nil {
			return nil, err
		}
		out = append(out, types.CompletedPart{ETag: done.ETag, PartNumber: number})
	}
	return out, nil
}

// Get opens the blob's content as it arrives.
func (b *bucket) Get(ctx context.Context, name string) (io.ReadCloser, error) {
	out, err := b.api.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.name, Key: b.key(name)})
	var missing *types.NoSuchKey
	if errors.As(err, &missing) {
		return nil, errs.Wrap(err, errs.NotFound, "error.not_found")
	}
	if err != nil {
		return nil, b.failed("opening a stored file", err)
	}
	return out.Body, nil
}

// Delete removes the blob. A store doesn't say whether it was there.
func (b *bucket) Delete(ctx context.Context, name string) error {
	_, err := b.api.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.name, Key: b.key(name)})
	return b.failed("deleting a stored file", err)
}

// Each lists the bucket page by page.
func (b *bucket) Each(ctx context.Context, fn func(name string, stored time.Time) error) error {
	pages := s3.NewListObjectsV2Paginator(b.api, &s3.ListObjectsV2Input{Bucket: &b.name, Prefix: &b.prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return b.failed("listing stored files", err)
		}
		for _, o := range page.Contents {
			name := aws.ToString(o.Key)[len(b.prefix):]
			if !validHash(name) {
				continue // somebody else's
			}
			if err := fn(name, aws.ToTime(o.LastModified)); err != nil {
				return err
			}
		}
	}
	return nil
}

// failed says in the user's words that the store can't be reached or has refused; the
// cause is for the log.
func (b *bucket) failed(doing string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return errs.Wrap(fmt.Errorf("%s: %w", doing, err), errs.Unavailable, "file.store_down")
}
