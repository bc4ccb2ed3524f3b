package record

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/carnetcrm/carnet/internal/db"
)

// Bag is a column with the values of fields that an agency has defined itself, by their
// keys (W21): a JSON object of texts, numbers, booleans and lists of texts, "" for none.
// In the history, in conflicts and for Text and SetText each value is a field of its own
// whose name is that of the column, a dot and the key. What may stand in a bag, and who
// sees and changes it, is for the Keeper to say.
type Bag string

var bagType = reflect.TypeFor[Bag]()

// Keeper knows the fields of agencies. One package registers it with Keep.
type Keeper struct {
	// Seen leaves out what the actor may not see.
	Seen func(ctx context.Context, tx *db.Tx, kind string, b Bag) (Bag, error)
	// Tidy checks what the actor made of the part that it sees, and completes it with the
	// rest of what was there. Fresh is a new record that somebody saves.
	Tidy func(ctx context.Context, tx *db.Tx, r Record, is, was Bag, fresh bool) (Bag, error)
	// Knows returns which keys the actor may read about.
	Knows func(ctx context.Context, tx *db.Tx) (func(key string) bool, error)
	// Spread stores the values of some records for lists, in place of those from before.
	Spread func(ctx context.Context, tx *db.Tx, kind string, bags map[int64]Bag, fresh bool) error
}

var keeper Keeper

// Keep registers the keeper of bags; its package calls it while it is initialised.
func Keep(k Keeper) bool {
	keeper = k
	return true
}

// Values returns what is in the bag: string, json.Number, bool, or []any of strings.
func (b Bag) Values() map[string]any {
	out := map[string]any{}
	if b == "" {
		return out
	}
	dec := json.NewDecoder(strings.NewReader(string(b)))
	dec.UseNumber()
	dec.Decode(&out) // written by BagOf
	return out
}

// BagOf makes a bag of values. What is empty is left out.
func BagOf(values map[string]any) Bag {
	kept := map[string]any{}
	for key, v := range values {
		switch x := v.(type) {
		case nil:
			continue
		case []string:
			if len(x) == 0 {
				continue
			}
		case []any:
			if len(x) == 0 {
				continue
			}
		case string:
			if x == "" {
				continue
			}
		}
		kept[key] = v
	}
	if len(kept) == 0 {
		return ""
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if enc.Encode(kept) != nil { // of texts, numbers and booleans, sorted by key
		return ""
	}
	return Bag(strings.TrimSpace(buf.String()))
}

// With returns the bag with another value of a key; nil and "" remove it.
func (b Bag) With(key string, v any) Bag {
	values := b.Values()
	values[key] = v
	return BagOf(values)
}

// Texts returns the values as the history writes them.
func (b Bag) Texts() map[string]string {
	out := map[string]string{}
	for key, v := range b.Values() {
		out[key] = BagText(v)
	}
	return out
}

// MarshalJSON writes the object that the bag is.
func (b Bag) MarshalJSON() ([]byte, error) { return []byte(cmp.Or(string(b), "{}")), nil }

// BagText writes a value of a bag as a text: lists by comma, booleans as true and false.
func BagText(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case json.Number:
		return x.String()
	case bool:
		if x {
			return "true"
		}
		return "false"
	case []string:
		return strings.Join(x, ",")
	case []any:
		var parts []string
		for _, p := range x {
			parts = append(parts, BagText(p))
		}
		return strings.Join(parts, ",")
	}
	return ""
}

// bagOf returns the bag of a record, nil where it has none.
func bagOf(r Record) *Bag {
	s := shapeOf(r)
	if s.bag == nil {
		return nil
	}
	return s.bag.value(r).Addr().Interface().(*Bag)
}

// hideBag takes out of a record's bag what the actor may not see. Most bags are empty,
// and then nothing is asked.
func hideBag(ctx context.Context, tx *db.Tx, r Record) error {
	b := bagOf(r)
	if b == nil || *b == "" || keeper.Seen == nil {
		return nil
	}
	seen, err := keeper.Seen(ctx, tx, r.Table(), *b)
	*b = seen
	return err
}

// tidyBag checks the bag of a record that is about to be stored.
func tidyBag(ctx context.Context, tx *db.Tx, r, old Record, fresh bool) error {
	b := bagOf(r)
	if b == nil || keeper.Tidy == nil {
		return nil
	}
	was := Bag("")
	if old != nil {
		was = *bagOf(old)
	}
	if *b == was && !fresh {
		return nil
	}
	is, err := keeper.Tidy(ctx, tx, r, *b, was, fresh)
	if err == nil {
		*b = is
	}
	return err
}

// spread stores the values of a record for lists, where they differ from those of old.
func spread(ctx context.Context, tx *db.Tx, r, old Record) error {
	b := bagOf(r)
	if b == nil || keeper.Spread == nil || old == nil && *b == "" || old != nil && *bagOf(old) == *b {
		return nil
	}
	return keeper.Spread(ctx, tx, r.Table(), map[int64]Bag{r.base().ID: *b}, old == nil)
}

// spreadMany is spread for new records.
func spreadMany[R Record](ctx context.Context, tx *db.Tx, list []R) error {
	bags := map[int64]Bag{}
	for _, r := range list {
		if b := bagOf(r); b != nil && *b != "" {
			bags[r.base().ID] = *b
		}
	}
	if len(bags) == 0 || keeper.Spread == nil {
		return nil
	}
	return keeper.Spread(ctx, tx, list[0].Table(), bags, true)
}

// bagChanges lists the values in which two bags differ.
func bagChanges(column string, was, is Bag) (out []Change) {
	if was == is {
		return nil
	}
	old, now := was.Texts(), is.Texts()
	keys := slices.Collect(maps.Keys(now))
	for key := range old {
		if _, both := now[key]; !both {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		if old[key] != now[key] {
			out = append(out, Change{column + "." + key, old[key], now[key]})
		}
	}
	return out
}

// bagKey takes "fields.size" apart into the bag of a record and the key in it.
func bagKey(r Record, name string) (b *Bag, key string, ok bool) {
	column, key, dotted := strings.Cut(name, ".")
	if b = bagOf(r); b == nil || !dotted || shapeOf(r).bag.name != column {
		return nil, "", false
	}
	return b, key, true
}

// BagKey returns the key of a value named as in the history: "size" of "fields.size".
func BagKey(kind, field string) (string, bool) {
	k, ok := kinds[kind]
	if !ok || !strings.Contains(field, ".") {
		return "", false
	}
	_, key, ok := bagKey(k.New(), field)
	return key, ok
}
