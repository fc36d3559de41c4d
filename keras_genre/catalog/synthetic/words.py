"""Words of sample plots and titles that tell nothing about any genre."""

__all__ = [
    "ADJECTIVES",
    "DEADLINES",
    "FIRST_NAMES",
    "HABITS",
    "JOBS",
    "LAST_NAMES",
    "NOUNS",
    "OBJECTS",
    "PLACES",
    "SIDEKICKS",
    "TWISTS",
]

FIRST_NAMES = (
    "Ada", "Agnès", "Alma", "Amadou", "Anselm", "Barnaby", "Beatriz", "Bjørn", "Cecily", "Chidi",
    "Clementine", "Dagmar", "Desmond", "Dorothea", "Edda", "Elías", "Esme", "Farid", "Fergus",
    "Gertrude", "Gustav", "Hana", "Horatio", "Ignatius", "Ingrid", "Ivo", "Jasper", "José",
    "Kenji", "Lavinia", "Leopold", "Lotte", "Mabel", "Malik", "Maude", "Mirela", "Nadia",
    "Nestor", "Noor", "Octavia", "Odile", "Orson", "Otto", "Perpetua", "Priya", "Quentin",
    "Ramona", "Rufus", "Saoirse", "Selma", "Sølvi", "Tadeusz", "Tallulah", "Thelonius", "Ulla",
    "Umberto", "Viola", "Wilhelmina", "Xavier", "Yusuf", "Zelda", "Zoë",
)  # fmt: skip

LAST_NAMES = (
    "Abernathy", "Almeida", "Applegarth", "Bickerstaff", "Bloom", "Bontemps", "Brannigan",
    "Castellano", "Crumb", "Delacroix", "Dithers", "Eriksen", "Featherstone", "Finch", "Fontaine",
    "Gallagher", "Garibaldi", "Hargreaves", "Higginbottom", "Ibarra", "Jankowski", "Kaminski",
    "Kettleworth", "Lindqvist", "Lovelace", "MacGuffin", "Marzano", "Mbeki", "Montgomery",
    "Nakamura", "Nightingale", "Novák", "Okonkwo", "Olufsen", "Ozdemir", "Peabody", "Petrov",
    "Pumphrey", "Quill", "Rasmussen", "Ravenscroft", "Rosenthal", "Sallow", "Sinclair", "Skarsgård",
    "Snodgrass", "Tanaka", "Thistlewood", "Trelawney", "Underhill", "Vandermeer", "Vasquez",
    "Villeneuve", "Wigglesworth", "Winterbottom", "Yamamoto", "Zamora", "Zimmermann",
)  # fmt: skip

JOBS = (
    "accordion teacher", "amateur magician", "ballroom dancer", "bassoonist", "bicycle mechanic",
    "bookbinder", "bus inspector", "button collector", "cartographer", "cheesemonger",
    "chess champion", "clockmaker", "crossword setter", "dentist", "elevator operator",
    "fencing master", "fishmonger", "geography teacher", "glassblower", "hat maker", "interpreter",
    "juggler", "landlady", "librarian", "locksmith", "lullaby singer", "meteorologist",
    "night porter", "notary", "opera prompter", "optician", "pastry chef", "piano tuner",
    "plumber", "postal worker", "radio announcer", "school nurse", "stamp dealer", "swimming coach",
    "tax adviser", "taxi driver", "translator", "tugboat captain", "upholsterer", "ventriloquist",
    "veterinarian", "violin maker", "weather reporter", "window cleaner", "zookeeper",
)  # fmt: skip

PLACES = (
    "a hotel without a thirteenth floor", "a narrowboat in Birmingham", "Antwerp",
    "a town that has two mayors", "a village at the end of the bus line",
    "an island with one telephone",
    "a suburb of Reykjavík", "Bologna", "Buenos Aires", "Cardiff", "Casablanca", "Cork",
    "Dunedin", "Gdańsk", "Ghent", "Heidelberg", "Istanbul", "Kyoto", "Lagos", "Lisbon",
    "Ljubljana", "Lower Dribbling", "Mombasa", "Montréal", "Much Muttering", "Nether Wobbleton",
    "Odessa", "Palermo", "Porto", "Riga", "Rotterdam", "Saint-Malo", "Salzburg", "Tbilisi",
    "the district behind the station", "the quarter beyond the ring road", "the house by the weir",
    "the tallest building in Lübeck", "the department store's third basement", "Timbuktu",
    "Tromsø", "Upper Nudging", "Valparaíso", "Vladivostok", "Wagga Wagga", "Winnipeg", "Zanzibar",
)  # fmt: skip

SIDEKICKS = (
    "a beekeeper named {first}", "a bored countess", "a colleague who hums", "a former child star",
    "a lapsed vegetarian", "a left-handed barber", "a minor poet", "a neighbour with binoculars",
    "a parrot of uncertain age", "a penfriend from {town}", "a piano student", "a retired umpire",
    "a talkative plasterer", "a very tall baker", "an ambitious intern", "an out-of-work mime",
    "an understudy named {first}", "cousin {first}", "{first} from the bakery",
    "{first} the ventriloquist", "{first} {last}", "Captain {last}", "Colonel {last}",
    "Doctor {last}", "Madame {last}", "old {last} from upstairs", "Professor {last}",
    "the deputy postmaster", "the lodger", "the man who waters the ferns", "the twins from {town}",
    "the woman from lost property",
)  # fmt: skip

OBJECTS = (
    "a bag of lemons", "a borrowed trombone", "a broken compass", "a bucket of chalk",
    "a calendar from 1974", "a cardboard crown", "a cup of cold tea", "a folding chair",
    "a jar of pickled plums", "a left-luggage ticket", "a library card", "a map of the sewers",
    "a pair of opera glasses", "a paper boat", "a pogo stick", "a pound of butter",
    "a raincoat two sizes too big", "a recipe for gooseberry fool", "a spare bicycle wheel",
    "a stuffed pheasant", "a tin of sardines", "a typewriter without the letter E",
    "a wheelbarrow", "an abacus", "an egg timer", "an old tram timetable",
    "an unpaid electricity bill",
    "eleven marbles", "forty metres of string", "half a newspaper", "one roller skate",
    "seven teaspoons", "some very strong coffee", "the instructions in Finnish", "two umbrellas",
)  # fmt: skip

DEADLINES = (
    "before breakfast", "before the bakery opens", "before the clocks go back",
    "before the end of the month", "before the last tram", "before the lease runs out",
    "before the next full stop in the timetable", "before the plumber returns",
    "before the snow melts", "before the tide turns", "between two commercial breaks",
    "by Friday", "by the first of April", "during a power cut", "during the village fête",
    "in a single afternoon", "in exactly ninety minutes", "in front of the whole street",
    "in three languages", "in under a week", "on a shoestring", "on the hottest day of the year",
    "over one long weekend", "while the kettle boils",
)  # fmt: skip

HABITS = (
    "always answers the telephone in rhyme", "collects other people's shopping lists",
    "counts every stair", "eats nothing but toast", "has never once been on time",
    "has not left {town} since 1998", "is allergic to feathers",
    "is learning Esperanto from a cassette",
    "keeps a list of all the best puddles", "knows everybody's shoe size",
    "naps at noon, without exception",
    "never finishes a crossword", "only wears green", "plays chess by post",
    "reads maps for pleasure",
    "sleeps in a hammock", "still owes {last} eleven pounds", "talks to the ferns",
    "trusts nobody with a moustache", "was once mistaken for {first} {last}",
    "whistles whenever it rains", "writes to the newspaper twice a day",
)  # fmt: skip

TWISTS = (
    "Meanwhile {sidekick} has the only map, and is holding it the wrong way round.",
    "Help arrives in the shape of {sidekick} and {object}.",
    "Then {sidekick} remembers what happened to {object}.",
    "Only {sidekick} seems to know why there is {object} in the bath.",
    "Everything depends on {sidekick}, {object} and a bus that may not come.",
    "Nobody has told {sidekick}, who {habit}.",
    "The one witness is {sidekick}, who {habit}.",
    "To make matters worse, {sidekick} has moved in and brought {object}.",
    "In the cellar, {sidekick} is hiding {object}.",
    "It does not help that {sidekick} {habit}.",
    "A telegram from {town} mentions {object}, twice.",
    "On the radio, {sidekick} reads out the answer, but the battery is flat.",
    "All roads lead back to {town}, and to {object}.",
    "The advice of {sidekick} is to wait, and to bring {object}.",
    "Between them stand {sidekick}, {object} and a locked door in {town}.",
    "An anonymous postcard says: ask {sidekick} about {object}.",
)

ADJECTIVES = (
    "Accidental", "Amber", "Borrowed", "Brief", "Carpeted", "Crooked", "Distant", "Double",
    "Eleventh", "Enormous", "Folded", "Forgotten", "Golden", "Half-Finished", "Hidden", "Imaginary",
    "Invisible", "Last", "Left-Handed", "Little", "Long", "Loud", "Missing", "Misplaced", "Narrow",
    "Nearly Perfect", "Old", "Other", "Painted", "Paper", "Patient", "Portable", "Purple", "Quiet",
    "Reluctant", "Second", "Secret", "Slow", "Small", "Spare", "Stubborn", "Sudden", "Third",
    "Tuesday", "Unexpected", "Unfinished", "Upside-Down", "Velvet", "Winter", "Yellow",
)  # fmt: skip

NOUNS = (
    "Alphabet", "Appointment", "Argument", "Armchair", "Almanac", "Bandstand", "Bassoon", "Bicycle",
    "Button", "Calendar", "Cockatoo", "Carousel", "Chandelier", "Barometer", "Corridor", "Cucumber",
    "Curtain", "Detour", "Doorbell", "Dumpling", "Elevator", "Envelope", "Excuse", "Feather",
    "Gramophone", "Hammock", "Hat", "Interval", "Kettle", "Ladder", "Lantern", "Lemon", "Marmalade",
    "Mitten", "Omelette", "Orchard", "Parrot", "Passport", "Pavilion", "Pelican", "Piano", "Pocket",
    "Postcard", "Pudding", "Rhubarb", "Sardine", "Secret", "Shoelace", "Staircase", "Suitcase",
    "Teapot", "Telegram", "Telephone", "Timetable", "Trombone", "Umbrella", "Violin", "Waistcoat",
    "Weekend", "Whistle",
)  # fmt: skip
