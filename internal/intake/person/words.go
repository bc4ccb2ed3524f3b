package person

import "strings"

func set(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// titles in front of a name, folded and without full stops.
var titles = set(`mr mrs ms miss mx dr prof professor sir lady lord rev madam herr frau fr hr dipl dipl-ing
	pan pani ks mgr inz lic hab lek m mme mlle mm mmes me monsieur madame mademoiselle
	sr sra srta sres don dona senor senora senorita ing arq abg dott sig signor signora mstr`)

// weak titles are also names or initials: they count only before two more words.
var weak = set("don dona m me fr pan lic hab ing arq sig rev sir lady lord")

// trailing titles as booking systems append them: SMITH/JOHN MR.
var trailing = set("mr mrs ms miss mstr chd inf dr")

var suffixes = set("jr sr ii iii iv phd md esq dds cpa mba sj osb")

// particles belong to the family name that follows.
var particles = set(`von van vom zu zum zur de del della dello di da dal das do dos du des la le las los der den
	ten ter te af av bin ibn ben al el y`)

// spanish family names that don't end in -ez.
var spanish = set(`garcia moreno munoz alonso romero navarro torres ramos serrano blanco molina morales ortega
	delgado castro ortiz rubio marin sanz iglesias medina garrido cortes castillo santos lozano guerrero cano
	prieto cruz calvo vidal leon herrera pena flores cabrera campos vega fuentes carrasco diez aguilar reyes
	caballero nieto pascual santana herrero lorenzo montero hidalgo ibanez gimenez ferrer duran vicente mora
	arias benitez vargas carmona crespo roman pastor soto saez velasco soler moya esteban parra bravo gallardo rojas`)

// given names, the frequent ones of the five languages and their neighbours, folded.
// They settle the order of a name and whether "y" joins two people or two surnames.
var given = set(`jan anna maria katarzyna malgorzata agnieszka barbara ewa krystyna elzbieta magdalena joanna
	aleksandra zofia monika teresa danuta natalia julia karolina marta beata dorota halina jadwiga jolanta irena
	alicja iwona grazyna paulina justyna bozena urszula renata hanna sylwia agata helena patrycja izabela emilia
	aneta weronika ewelina klaudia wiktoria martyna marzena gabriela kinga dominika oliwia kamila lena zuzanna
	piotr krzysztof andrzej tomasz pawel marcin michal jerzy tadeusz stanislaw marek grzegorz jozef adam lukasz
	zbigniew ryszard dariusz henryk mariusz kazimierz wojciech robert mateusz marian rafal jacek janusz miroslaw
	maciej slawomir jaroslaw kamil wieslaw roman wladyslaw jakub artur zdzislaw edward mieczyslaw damian dawid
	przemyslaw sebastian czeslaw leszek daniel waldemar bartosz filip szymon bartlomiej igor hubert leon antoni
	jose antonio manuel francisco juan david javier daniel carlos miguel rafael pedro angel pablo fernando luis
	sergio jorge alberto alvaro diego adrian raul ruben enrique ramon vicente victor oscar andres joaquin mario
	carmen josefa isabel dolores pilar ana cristina laura antonia mercedes francisca lucia elena concepcion paula
	rosa rosario juana raquel patricia beatriz rocio sara silvia encarnacion montserrat alba nuria sonia susana
	irene marina margarita yolanda angela inmaculada eva ignacio ines clara sofia carla
	jean pierre michel andre philippe rene louis alain jacques bernard marcel daniel roger robert paul claude
	christian henri georges nicolas francois patrick gerard christophe joseph julien maurice laurent frederic eric
	stephane pascal sebastien alexandre thierry olivier thomas antoine raymond guy dominique vincent camille marie
	nathalie isabelle sylvie catherine francoise martine christine monique valerie sandrine nicole veronique sophie
	stephanie celine chantal patricia brigitte julie aurelie laurence christelle caroline emilie virginie audrey
	elodie melanie helene claire manon chloe lea jeanne marguerite simone jacqueline denise yvonne
	hans peter wolfgang klaus jurgen dieter michael uwe thomas gunter horst werner manfred helmut andreas stefan
	stephan frank bernd rainer jurg heinz gerhard karl walter martin matthias ralf joachim markus jens sven jorg
	christoph alexander florian tobias kai dirk holger kurt herbert lars tim jonas felix lukas max maximilian
	ursula ilse renate helga karin ingrid erika gisela elisabeth gerda monika petra sabine christa brigitte heike
	susanne claudia birgit andrea martina stefanie sandra nicole gabriele ute angelika anke silke katrin katja
	kerstin marion ulrike heidi anja tanja melanie franziska lisa greta johanna charlotte uta ruth edith
	john james william george charles thomas richard edward henry arthur robert david michael joseph daniel
	christopher andrew matthew anthony mark steven kevin brian paul peter simon stephen gary kenneth ronald donald
	jason jeffrey ryan jacob eric scott benjamin samuel gregory patrick jack dennis jerry tyler aaron adam nathan
	douglas zachary kyle ethan jeremy roger keith ian neil alan graham nigel colin oliver harry
	mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty sandra margaret
	ashley kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca sharon cynthia kathleen
	amy shirley angela anna ruth brenda pamela nicole katherine samantha christine emma catherine debra virginia
	rachel carolyn janet alice jane helen jean joan ann anne kate lucy grace chloe olivia fiona
	giuseppe giovanni luca marco francesco alessandro giulia chiara francesca sara valentina paolo stefano
	ivan oleksandr olena natalia tetyana iryna volodymyr andriy serhiy dmytro yuliya oksana svitlana
	lars erik anders per nils johan karl anna karin astrid ingrid mette soren jens niels
	wei hiroshi taro yuki kenji akira minh linh priya amit rahul`)

// company forms that end a name, folded, without full stops.
var forms = set(`gmbh ag kg ohg ug ev eg se kgaa mbh sa sas sarl eurl sasu snc sl slu slp sll sau scp ltd limited
	llc llp lp inc incorporated corp corporation plc co company bv nv oy oyj ab as aps sro kft zrt srl spa doo
	pty gbr spzoo spj spk sc zoo spzooo lda ltda`)

// Words that only companies, bodies and houses have in their names.
var bodies = set(`fundacja stowarzyszenie szkola urzad gmina parafia uniwersytet politechnika spolka przedsiebiorstwo
	hurtownia zaklad biuro verein stiftung universitat schule gemeinde reiseburo hochschule klinik krankenhaus
	association fondation mairie lycee universite societe ecole asociacion fundacion ayuntamiento universidad
	colegio empresa foundation university school council hospital church hotel institute institut instituto
	consulting solutions services holding logistics technologies industries enterprises bank travel tours`)

// groups are words for a household or a party.
var groups = set(`family families familie familien famille familia rodzina rodzenstwo panstwo group gruppe groupe
	grupo grupa party wedding reunion girls boys friends team trip herrschaften eheleute malzenstwo`)

// joins are the words and signs between two people.
var joins = set("+ & and und u et y e i oraz con mit")
