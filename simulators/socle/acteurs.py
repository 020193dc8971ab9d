"""La structure et les professionnels fictifs au nom desquels le logiciel agit."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Structure:
    """Établissement fictif : numéros en 99, jamais attribués."""

    nom: str
    identifiant_national: str
    """Struct_IdNat : « 1 » suivi du FINESS."""
    finess: str
    secteur_activite: str
    identifiant_facturation: str
    oid_domaine: str

    def en_dict(self) -> dict[str, str]:
        """Forme JSON du fichier d'environnement."""
        return asdict(self)


@dataclass(frozen=True)
class Professionnel:
    """Professionnel fictif ; son RPPS a une clé de Luhn juste."""

    role: str
    rpps: str
    nom: str
    prenom: str
    profession: str
    specialite: str
    certificats: tuple[str, ...]

    @property
    def identifiant_national(self) -> str:
        """PS_IdNat : « 8 » suivi du RPPS."""
        return f"8{self.rpps}"

    def en_dict(self) -> dict[str, object]:
        """Forme JSON du fichier d'environnement."""
        return {
            **asdict(self),
            "identifiant_national": self.identifiant_national,
            "certificats": list(self.certificats),
        }


def rpps_de_test(rang: int) -> str:
    """RPPS fictif de 11 chiffres, commençant par 999, clé de Luhn comprise."""
    base = f"999{rang:07d}"
    somme = sum(
        (double - 9 if double > 9 else double)
        for double in (int(chiffre) * (2 if rang % 2 == 0 else 1) for rang, chiffre in enumerate(reversed(base)))
    )
    return f"{base}{-somme % 10}"


STRUCTURE = Structure(
    nom="LABORATOIRE DU BANC",
    identifiant_national="1990000001",
    finess="990000001",
    secteur_activite="SA25",
    identifiant_facturation="990000001",
    oid_domaine="1.2.250.1.213.99.1",
)

PROFESSIONNELS = (
    Professionnel("biologiste_1", rpps_de_test(1), "BIOLOGUE", "ALIX", "10", "SM03", ("cps_auth_1", "cps_sign_1")),
    Professionnel("biologiste_2", rpps_de_test(2), "ANALYSTE", "MORGANE", "10", "SM03", ("cps_auth_2", "cps_sign_2")),
)
