package api

import (
	"context"

	"github.com/carnetcrm/carnet/internal/client"
	"github.com/carnetcrm/carnet/internal/contact"
	"github.com/carnetcrm/carnet/internal/db"
	"github.com/carnetcrm/carnet/internal/record"
	"github.com/carnetcrm/carnet/internal/tag"
)

var communicationModel = newModel("Communication", "A way to reach a client or traveler.", &contact.Communication{},
	prop{name: "type", doc: "Phone, e-mail, social network or web page.", enum: contact.Types, example: "phone", must: true},
	prop{name: "sub_type", doc: "Home, mobile, WhatsApp: in your own words.", max: 60, example: "mobile"},
	prop{name: "value", doc: "The number or address as people write it.", max: 500, example: "601 234 567", must: true},
	prop{name: "norm", doc: "The value as programs compare it: E.164, lower-case e-mail, complete web address.", ro: true, example: "+48601234567"},
	prop{name: "description", doc: "When or for what to use it.", max: 500, example: "after 5 pm"},
	prop{name: "primary", col: "is_primary", doc: "The one to use first; one per type. Setting it unsets the other.", example: true},
	prop{name: "permit_marketing", doc: "Whether offers may be sent there.", example: false},
	prop{name: "position", doc: "Place in the order.", example: int64(0)},
)

var addressModel = newModel("Address", "A place: one physical and one mailing address per record.", &contact.Address{},
	prop{name: "kind", doc: "Where they live, or where letters go.", enum: []string{"physical", "mailing"}, example: "physical", must: true},
	prop{name: "recipient", doc: "Company or \"care of\" line.", max: 300, example: ""},
	prop{name: "street", doc: "Street and number.", max: 300, example: "ul. Długa 5"},
	prop{name: "street2", doc: "Second line.", max: 300, example: ""},
	prop{name: "po_box", doc: "Post office box.", max: 300, example: ""},
	prop{name: "postal_code", doc: "Postal code.", max: 300, example: "31-147"},
	prop{name: "city", doc: "City.", max: 300, example: "Kraków"},
	prop{name: "region", doc: "State or province, where addresses need it.", max: 300, example: ""},
	prop{name: "country", doc: "ISO 3166 code, or the name of the country.", max: 300, example: "PL"},
	prop{name: "permit_marketing", doc: "Whether offers may be sent there.", example: false},
)

var interfaceIDModel = newModel("InterfaceID", "The key by which a booking system names a client.", &client.InterfaceID{},
	prop{name: "system", doc: "The system, in small letters.", max: 40, example: "amadeus", must: true},
	prop{name: "value", doc: "The key, without spaces; unique per system.", max: 60, example: "A1B2C3", must: true},
)

// tagOnSchema is a tag as a record carries it; tagOnNew gives a record a tag.
var (
	tagOnSchema = obj("TagOn", "A tag as a record carries it.",
		number("id", "Number of the link between tag and record.", 31),
		number("tag_id", "Number of the tag.", 5),
		text("name", "Name of the tag.", "VIP"),
		text("value", "Its value, for tags that take one.", "")).must("id", "tag_id", "name", "value")
	tagOnNew = obj("TagOnNew", "A tag for a record.",
		text("name", "Name of the tag. An unknown one is created if you may maintain tags.", "VIP"),
		text("value", "Its value, for tags that take one.", "").orNull()).must("name")
)

// appendRecords writes an array of records.
func appendRecords[T any, P interface {
	*T
	record.Record
}](b []byte, m *model, list []T, a db.Actor) []byte {
	b = append(b, '[')
	for i := range list {
		b = append(m.append(append(appendComma(b), '{'), P(&list[i]), a), '}')
	}
	return append(b, ']')
}

// appendParts writes what clients and travelers both have.
func appendParts(ctx context.Context, tx *db.Tx, b []byte, owner record.Ref, a db.Actor) ([]byte, error) {
	comms, err := contact.Of(ctx, tx, owner)
	if err != nil {
		return b, err
	}
	addrs, err := contact.AddressesOf(ctx, tx, owner)
	if err != nil {
		return b, err
	}
	tags, err := tag.Of(ctx, tx, owner)
	if err != nil {
		return b, err
	}
	b = appendRecords(appendKey(b, "communications"), communicationModel, comms, a)
	b = appendRecords(appendKey(b, "addresses"), addressModel, addrs, a)
	return appendTags(appendKey(b, "tags"), tags), nil
}

func appendTags(b []byte, tags []tag.On) []byte {
	b = append(b, '[')
	for _, t := range tags {
		b = appendTag(appendComma(b), t)
	}
	return append(b, ']')
}

func appendTag(b []byte, t tag.On) []byte {
	b = appendInt(append(b, '{'), "id", t.LinkID)
	b = appendInt(b, "tag_id", t.TagID)
	b = appendText(b, "name", t.Name)
	return append(appendText(b, "value", t.Value), '}')
}
