"""The words that tell a plot's theme and tone, and that no other plot may use.

A theme's `goals` complete "must ...", its `props` complete "with ...", its `troubles` are
clauses. A tone's `adjectives` describe a person, its `adverbs` how a thing is undertaken, and
its `endings` are sentences.
"""

from typing import NamedTuple

__all__ = ["THEME_PHRASES", "TONE_PHRASES", "ThemePhrases", "TonePhrases"]


class ThemePhrases(NamedTuple):
    """What only plots of one theme say."""

    goals: tuple[str, ...]
    props: tuple[str, ...]
    troubles: tuple[str, ...]


class TonePhrases(NamedTuple):
    """What only plots of one tone say."""

    adjectives: tuple[str, ...]
    adverbs: tuple[str, ...]
    endings: tuple[str, ...]


THEME_PHRASES = {
    "heist": ThemePhrases(
        goals=(
            "crack the vault under the casino",
            "steal a diamond the size of a turnip",
            "swap the museum's emerald for a boiled sweet",
            "rob the bank that turned down the loan",
            "smuggle the loot past nine detectives",
            "blackmail a safecracker out of retirement",
            "pickpocket the chief of police",
        ),
        props=(
            "a getaway van that smells of herring",
            "the blueprints of the vault, upside down",
            "three lockpicks and a forged passport",
            "a gang of burglars who are afraid of the dark",
            "a suitcase of counterfeit banknotes",
            "a safecracker with very cold fingers",
            "one ski mask between four robbers",
        ),
        troubles=(
            "the burglar alarm goes off a day early",
            "the loot turns out to be marzipan",
            "an undercover detective joins the gang",
            "the getaway driver fails the driving test",
            "somebody has already robbed the bank",
            "the diamond is swallowed by an accomplice",
            "the ransom note is full of spelling mistakes",
        ),
    ),
    "wedding": ThemePhrases(
        goals=(
            "marry the florist across the canal",
            "win back a sweetheart before the engagement party",
            "walk down the aisle without fainting",
            "elope on a borrowed tandem",
            "propose at the top of a Ferris wheel",
            "catch the bouquet at a cousin's wedding",
            "plan a honeymoon for two people who have never met",
        ),
        props=(
            "a wedding cake in seven wobbling tiers",
            "a pocketful of engagement rings",
            "a valentine addressed to nobody",
            "two bridesmaids and a borrowed tuxedo",
            "the bouquet that nobody wanted to catch",
            "a matchmaker who has never been kissed",
            "a veil that is longer than the aisle",
        ),
        troubles=(
            "the groom boards the wrong ferry",
            "the bride falls for the caterer",
            "an old sweetheart stands up during the vows",
            "both bridesmaids elope with the organist",
            "the first kiss is broadcast to the whole valley",
            "the fiancé has one more fiancée in the next village",
            "the honeymoon suite is booked twice",
        ),
    ),
    "haunting": ThemePhrases(
        goals=(
            "spend one night in the cursed orphanage",
            "hold a séance for a very rude poltergeist",
            "exorcise the thing behind the wallpaper",
            "bury the coffin that keeps coming back",
            "break a curse that skips every other Tuesday",
            "find out who is whispering in the crypt",
            "photograph the phantom on the stairs",
        ),
        props=(
            "a ouija board with a missing vowel",
            "a candle from the crypt",
            "a coffin that knocks from the inside",
            "a medium who is scared of spirits",
            "a doll that blinks whenever it is called cursed",
            "one silver bullet and a jar of garlic",
            "an exorcist in training",
        ),
        troubles=(
            "the poltergeist rearranges the stairs",
            "something in the attic starts breathing",
            "the graves behind the chapel stand open",
            "the vampire next door complains about the noise",
            "every mirror shows a phantom waving",
            "the séance summons the wrong grandmother",
            "blood drips from the chandelier at a quarter to three",
        ),
    ),
    "invention": ThemePhrases(
        goals=(
            "build a time machine out of a tumble dryer",
            "teach an android how to knit",
            "repair the starship before the orbit decays",
            "stop a satellite that has learned to sulk",
            "clone the last remaining beekeeper",
            "negotiate with aliens about a parking space",
            "switch off a supercomputer that writes sonnets",
        ),
        props=(
            "a teleporter that only does left shoes",
            "the prototype of a gravity engine",
            "an android with stage fright",
            "a laboratory in a caravan",
            "a jar of antimatter labelled jam",
            "a wormhole that opens inside the fridge",
            "a hologram of tomorrow's newspaper",
        ),
        troubles=(
            "the time machine is stuck in last Thursday",
            "the clones form a trade union",
            "aliens land on the only tennis court",
            "the supercomputer falls out with the toaster",
            "gravity is switched off for maintenance",
            "the android demands a birthday",
            "a wormhole swallows the laboratory",
        ),
    ),
    "ranch": ThemePhrases(
        goals=(
            "drive nine hundred cattle to the railhead",
            "outdraw the fastest gunslinger in the territory",
            "defend the ranch from a land baron",
            "tame the mustang that threw the sheriff",
            "bring an outlaw to Tumbleweed Gulch alive",
            "strike gold before the prospectors arrive",
            "hold the stagecoach station until noon",
        ),
        props=(
            "a lasso and half a sandwich",
            "an elderly mule called Thunderbolt",
            "two rusty revolvers and one spur",
            "a saddle without a horse",
            "the sheriff's second-best badge",
            "a stagecoach full of harmonicas",
            "a branding iron shaped like a duck",
        ),
        troubles=(
            "the cattle stampede through the saloon",
            "the outlaws poison the well with soap",
            "the sheriff loses the badge at poker",
            "rustlers cut the fence on the prairie",
            "the gunslinger asks for a rematch",
            "the posse rides off in the wrong direction",
            "the stagecoach arrives without its horses",
        ),
    ),
    "inheritance": ThemePhrases(
        goals=(
            "contest the will of an aunt who owned a lighthouse",
            "nurse a dying father who hides every pill",
            "sell the childhood home with the piano still in it",
            "forgive a brother after thirty years",
            "adopt a stepdaughter who only speaks in proverbs",
            "divide grandmother's porcelain among eleven heirs",
            "sit through a custody hearing without shouting",
        ),
        props=(
            "a diary that mother never finished",
            "the lawyer's unopened envelope",
            "a photograph of an estranged twin",
            "grandfather's medals in a biscuit tin",
            "the keys to the childhood home",
            "a will written on a napkin",
            "an adoption certificate with the wrong name",
        ),
        troubles=(
            "a half-brother turns up at the funeral",
            "mother's illness comes back with the swallows",
            "the lawyer reads the will to an empty room",
            "the siblings stop speaking over a gravy boat",
            "a confession falls out of the diary",
            "the heirs learn that the estate is all debts",
            "father no longer recognises his own children",
        ),
    ),
}

TONE_PHRASES = {
    "silly": TonePhrases(
        adjectives=(
            "goofy", "bumbling", "harebrained", "accident-prone", "clownish", "ticklish",
        ),
        adverbs=("gleefully", "absurdly", "giddily", "clumsily", "zanily", "merrily"),
        endings=(
            "Custard flies, trousers fall, and everyone gets the giggles.",
            "Expect pratfalls, kazoos and one extremely smug goose.",
            "It all ends in hiccups, confetti and a pie in the face.",
            "Hilarity follows, closely pursued by a goose.",
            "Slapstick, puns and whoopee cushions do the rest.",
            "Nobody keeps a straight face, least of all the walrus.",
        ),
    ),
    "grim": TonePhrases(
        adjectives=(
            "embittered", "ruthless", "hollow-eyed", "merciless", "doomed", "vengeful",
        ),
        adverbs=("bleakly", "grimly", "coldly", "remorselessly", "ominously", "savagely"),
        endings=(
            "Nobody is forgiven, and the rain never stops.",
            "By dawn there is only ash, and someone to blame for it.",
            "Every mercy is paid for twice, in scars.",
            "The darkness keeps its promises; people do not.",
            "Betrayal is only the beginning of the suffering.",
            "There will be no survivors, and no regret.",
        ),
    ),
    "tender": TonePhrases(
        adjectives=(
            "gentle", "soft-spoken", "warm-hearted", "wistful", "bashful", "affectionate",
        ),
        adverbs=("tenderly", "patiently", "lovingly", "fondly", "softly", "hopefully"),
        endings=(
            "Small kindnesses turn out to weigh more than anyone thought.",
            "Some tears are shed, most of them happy ones.",
            "A warm embrace says what the letters could not.",
            "Two lonely hearts learn to make soup for each other.",
            "What remains is a quiet tenderness, and a shared umbrella.",
            "In the end there is comfort, cocoa and a hand to hold.",
        ),
    ),
}  # fmt: skip
