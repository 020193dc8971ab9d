"""Les correspondants fictifs du laboratoire : ceux à qui il écrit, et que l'annuaire publie."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from simulators.socle.acteurs import rpps_de_test


@dataclass(frozen=True)
class LieuExercice:
    """Structure fictive où exerce un correspondant ; FINESS en 99, jamais attribué."""

    nom: str
    finess: str
    adresse: str
    code_postal: str
    ville: str


@dataclass(frozen=True)
class Correspondant:
    """Professionnel fictif joignable par MSSanté.

    `profession` et `specialite` : codes des tables nationales (TRE_G15, TRE_R38), avec leurs libellés ; spécialité vide
    pour une profession qui n'en a pas. `nom` en capitales sans accent, comme l'annuaire l'écrit ; `prenom` tel qu'il
    s'affiche.
    """

    rpps: str
    nom: str
    prenom: str
    civilite: str
    profession: str
    profession_libelle: str
    specialite: str
    specialite_libelle: str
    bal: str
    structure: LieuExercice

    @property
    def identifiant_national(self) -> str:
        """PS_IdNat : « 8 » suivi du RPPS."""
        return f"8{self.rpps}"

    def en_dict(self) -> dict[str, object]:
        """Forme JSON du fichier d'environnement."""
        return {**asdict(self), "identifiant_national": self.identifiant_national}


_CABINET = LieuExercice("CABINET MEDICAL DES TILLEULS", "990000101", "12 rue des Tilleuls", "63000", "CLERMONT-FERRAND")
_HOPITAL = LieuExercice("CENTRE HOSPITALIER D'ESSAI", "990000102", "1 avenue de l'Hôpital", "37000", "TOURS")
_MAISON = LieuExercice("MAISON DE SANTE DU PONT NEUF", "990000103", "4 place du Pont Neuf", "14000", "CAEN")
_PHARMACIE = LieuExercice("PHARMACIE DU BANC", "990000104", "30 Grande Rue", "33000", "BORDEAUX")

_MEDECIN = ("10", "Médecin")


def _correspondant(
    rang: int,
    nom: str,
    prenom: str,
    profession: tuple[str, str],
    specialite: tuple[str, str],
    structure: tuple[LieuExercice, str],
    *,
    civilite: str = "M",
    local: str = "",
) -> Correspondant:
    lieu, domaine = structure
    return Correspondant(
        rpps=rpps_de_test(100 + rang),
        nom=nom,
        prenom=prenom,
        civilite=civilite,
        profession=profession[0],
        profession_libelle=profession[1],
        specialite=specialite[0],
        specialite_libelle=specialite[1],
        bal=f"{local or f'{prenom}.{nom}'.lower()}@{domaine}.formation.mssante.fr",
        structure=lieu,
    )


_GENERALE = ("SM54", "Médecine générale")
_EN_CABINET = (_CABINET, "cabinet")
_EN_HOPITAL = (_HOPITAL, "hopital")
_EN_MAISON = (_MAISON, "maison-de-sante")
_SANS = ("", "")

CORRESPONDANTS: tuple[Correspondant, ...] = (
    _correspondant(1, "TRAITANT", "Camille", _MEDECIN, _GENERALE, _EN_CABINET, civilite="MME"),
    _correspondant(2, "REMPLACANT", "Bastien", _MEDECIN, _GENERALE, _EN_CABINET),
    _correspondant(3, "DUVERGER", "Hélène", _MEDECIN, _GENERALE, _EN_MAISON, civilite="MME", local="helene.duverger"),
    _correspondant(4, "CARDIOPHILE", "Roland", _MEDECIN, ("SM04", "Cardiologie et maladies vasculaires"), _EN_HOPITAL),
    _correspondant(
        5, "NEPHROLAND", "Solène", _MEDECIN, ("SM30", "Néphrologie"), _EN_HOPITAL, civilite="MME", local="s.nephroland"
    ),
    _correspondant(
        6,
        "DIABETIER-LEROUX",
        "Marie-Ange",
        _MEDECIN,
        ("SM16", "Endocrinologie et métabolisme"),
        _EN_HOPITAL,
        civilite="MME",
    ),
    _correspondant(7, "D'ORGEVAL", "Étienne", _MEDECIN, ("SM40", "Pédiatrie"), _EN_MAISON, local="etienne.dorgeval"),
    _correspondant(
        8,
        "TRAITANT",
        "Claude",
        _MEDECIN,
        ("SM20", "Gynécologie-obstétrique"),
        _EN_HOPITAL,
        civilite="MME",
        local="c.traitant",
    ),
    _correspondant(9, "SAGETTE", "Lucie", ("50", "Sage-femme"), _SANS, _EN_MAISON, civilite="MME"),
    _correspondant(10, "OFFICINAL", "Thibault", ("21", "Pharmacien"), _SANS, (_PHARMACIE, "pharmacie")),
    _correspondant(11, "PERFUSET", "Yasmine", ("60", "Infirmier"), _SANS, _EN_MAISON, civilite="MME"),
    _correspondant(12, "DENTELOUP", "Gaël", ("40", "Chirurgien-Dentiste"), _SANS, _EN_CABINET, local="gael.denteloup"),
)
"""Douze personnes, dont deux homonymes (TRAITANT) : un choix se fait sur plus que le nom."""
