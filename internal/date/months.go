package date

import (
	"strings"
	"unicode/utf8"
)

// monthWords are the names of the months in the five languages, folded, with the
// genitive that Polish dates use.
var monthWords = [12]string{
	"january enero janvier styczen stycznia januar janner",
	"february febrero fevrier luty lutego februar",
	"march marzo mars marzec marca marz maerz mrz",
	"april abril avril kwiecien kwietnia",
	"may mayo mai maj maja",
	"june junio juin czerwiec czerwca juni",
	"july julio juillet lipiec lipca juli",
	"august agosto aout sierpien sierpnia",
	"september septiembre setiembre septembre wrzesien wrzesnia",
	"october octubre octobre pazdziernik pazdziernika oktober",
	"november noviembre novembre listopad listopada",
	"december diciembre decembre grudzien grudnia dezember",
}

// romanMonths are usual in Poland and Hungary: 12 III 1980.
var romanMonths = []string{"i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"}

// fillers are the words that may stand around a date: ordinals, articles, the word for
// "year", and days of the week.
var fillers = words("st nd rd th er r roku rok de del the of el le la den dem am le du em " +
	"monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun " +
	"lunes martes miercoles jueves viernes sabado domingo lun mie jue vie sab dom " +
	"lundi mardi mercredi jeudi vendredi samedi dimanche mer jeu ven sam dim " +
	"poniedzialek wtorek sroda czwartek piatek sobota niedziela pon wt sr czw pt sob niedz ndz " +
	"montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so")

func words(s string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		m[w] = true
	}
	return m
}

// months maps every name and every abbreviation of three or more letters that can
// mean only one month ("jui" is juin or juillet) to its number.
var months = func() map[string]int {
	m := map[string]int{}
	for i, names := range monthWords {
		for name := range strings.FieldsSeq(names) {
			for n := 3; n <= len(name); n++ {
				if old, seen := m[name[:n]]; seen && old != i+1 {
					m[name[:n]] = 0 // ambiguous
				} else {
					m[name[:n]] = i + 1
				}
			}
		}
	}
	for i, names := range monthWords { // a whole name wins over an abbreviation
		for name := range strings.FieldsSeq(names) {
			m[name] = i + 1
		}
	}
	for i, r := range romanMonths {
		m[r] = i + 1
	}
	return m
}()

// monthOf returns the month that a folded word names, 0 for none.
func monthOf(word string) int {
	if utf8.RuneCountInString(word) > 12 {
		return 0
	}
	return months[word]
}
