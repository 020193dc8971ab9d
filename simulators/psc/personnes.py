"""Les personnes fictives qui peuvent s'authentifier, et ce qu'UserInfo en dit.

Forme d'UserInfo : données enregistrées en bac à sable et publiées, et code public qui les lit ; des chaînes, vides
quand la valeur manque. RPPS en 999, jamais attribués, à clé de Luhn juste.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from simulators.socle.acteurs import PROFESSIONNELS, STRUCTURE, rpps_de_test
from simulators.socle.jetons import rpps_de

_ESPACE = UUID("5f0a1a52-2d0a-4b8b-9f57-53f5f9a7b0c1")
_PROFESSIONS = "1.2.250.1.213.1.1.5.5"
_SECTEURS = "1.2.250.1.71.4.2.4"

_CHAMPS_ACTIVITE = (
    "codeModeExercice", "codeSecteurDactivite", "codeSectionPharmacien", "codeRole", "codeGenreActivite",
    "numeroSiretSite", "numeroSirenSite", "numeroFinessSite", "numeroFinessetablissementJuridique",
    "identifiantTechniqueDeLaStructure", "ancienIdentifiantDeLaStructure", "raisonSocialeSite",
    "enseigneCommercialeSite", "complementDestinataire", "complementPointGeographique", "numeroVoie",
    "indiceRepetitionVoie", "codeTypeDeVoie", "libelleVoie", "mentionDistribution", "bureauCedex", "codePostal",
    "codeCommune", "codePays", "telephone", "telephone2", "telecopie", "adresseEMail", "codeDepartement",
    "autoriteDenregistrement",
)  # fmt: skip


def activite(**valeurs: str) -> dict[str, str]:
    """Une activité complète : chaîne vide pour tout ce qui n'est pas donné."""
    if inconnus := valeurs.keys() - set(_CHAMPS_ACTIVITE):
        raise KeyError(f"champs d'activité inconnus : {', '.join(sorted(inconnus))}")
    return {nom: valeurs.get(nom, "") for nom in _CHAMPS_ACTIVITE}


@dataclass(frozen=True)
class Exercice:
    """Un exercice professionnel. `activites` à None : la clé n'est pas rendue du tout."""

    profession: str
    savoir_faire: str = ""
    type_savoir_faire: str = ""
    categorie: str = "C"
    nom: str = ""
    prenom: str = ""
    civilite: str = "DR"
    activites: tuple[dict[str, str], ...] | None = ()

    def en_dict(self, personne: Personne) -> dict[str, Any]:
        """Forme d'UserInfo."""
        rendu: dict[str, Any] = {
            "codeProfession": self.profession,
            "codeCategorieProfessionnelle": self.categorie,
            "codeCiviliteDexercice": self.civilite,
            "nomDexercice": self.nom or personne.nom,
            "prenomDexercice": self.prenom or personne.prenom,
            "codeTypeSavoirFaire": self.type_savoir_faire,
            "codeSavoirFaire": self.savoir_faire,
        }
        if self.activites is not None:
            rendu["activities"] = [dict(une) for une in self.activites]
        return rendu


@dataclass(frozen=True)
class Personne:
    """Une personne fictive, sous son identifiant national."""

    identifiant_national: str
    nom: str
    prenom: str
    cas: str
    """Ce qu'elle a de particulier, pour qui choisit."""
    profession: str = ""
    """Libellé."""
    civilite: str = "M"
    exercices: tuple[Exercice, ...] = ()
    autres_identifiants: tuple[tuple[str, str, int], ...] = ()
    roles: tuple[str, ...] = ()
    secteur: str = ""
    structure: tuple[str, str] = ("", "")
    """Nom et identifiant de la structure de rattachement."""
    complements: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def sub(self) -> str:
        """Identifiant technique, stable, distinct de l'identifiant national."""
        return f"f:{uuid5(_ESPACE, self.identifiant_national)}:{self.identifiant_national}"

    @property
    def rpps(self) -> str:
        """Vide si la personne n'en a pas."""
        return rpps_de(self.identifiant_national)

    @property
    def nom_complet(self) -> str:
        """Prénom et nom."""
        return f"{self.prenom} {self.nom}"

    @property
    def courriel(self) -> str:
        """Adresse fictive, pour le fournisseur générique."""
        return f"{uuid5(_ESPACE, self.identifiant_national).hex[:12]}@etablissement.banc-sons.test"

    def userinfo(self) -> dict[str, Any]:
        """UserInfo de Pro Santé Connect, sans `sub`."""
        rendu: dict[str, Any] = {
            "SubjectNameID": self.identifiant_national,
            "preferred_username": self.identifiant_national,
            "given_name": self.prenom,
            "family_name": self.nom,
            "name": self.nom_complet,
            "email_verified": False,
            "otherIds": [
                {"identifiant": valeur, "origine": origine, "qualite": qualite}
                for valeur, origine, qualite in self.autres_identifiants
            ],
            "PSI_Locale": "1.2.250.1.213.1.3.1.1",
            "UITVersion": "1.0",
            "Mode_Acces_Raison": "",
            "Acces_Regulation_Medicale": "FAUX",
            "Palier_Authentification": "APPPRIP3^1.2.250.1.213.1.5.1.1.1",
        }
        if self.civilite:
            rendu["codeCivilite"] = self.civilite
        if self.exercices or self.roles:
            rendu["SubjectRole"] = [
                f"{role}^{_PROFESSIONS}" for role in (self.roles or tuple(e.profession for e in self.exercices))
            ]
            rendu["codeGenreActivite"] = "GENR01"
        if self.secteur:
            rendu["Secteur_Activite"] = f"{self.secteur}^{_SECTEURS}"
        if self.structure != ("", ""):
            rendu["SubjectOrganization"], rendu["SubjectOrganizationID"] = self.structure
        if self.exercices:
            professionnel: dict[str, Any] = {"exercices": [e.en_dict(self) for e in self.exercices]}
            if self.civilite:
                professionnel["codeCivilite"] = self.civilite
            rendu["SubjectRefPro"] = professionnel
        return {**rendu, **self.complements}

    def en_dict(self) -> dict[str, str]:
        """Forme publique, dans l'environnement."""
        return {
            "identifiant_national": self.identifiant_national,
            "nom": self.nom,
            "prenom": self.prenom,
            "profession": self.profession,
            "cas": self.cas,
        }


def _laboratoire(**autres: str) -> dict[str, str]:
    return activite(
        **{
            "codeModeExercice": "L",
            "codeSecteurDactivite": STRUCTURE.secteur_activite,
            "codeGenreActivite": "GENR01",
            "numeroFinessSite": STRUCTURE.finess,
            "identifiantTechniqueDeLaStructure": STRUCTURE.identifiant_national,
            "raisonSocialeSite": STRUCTURE.nom,
            "numeroVoie": "12",
            "codeTypeDeVoie": "R",
            "libelleVoie": "DE L'ÉPREUVE",
            "bureauCedex": "VILLE D'ESSAI",
            "codePostal": "99999",
            "codeCommune": "99999",
            "codePays": "99000",
            "autoriteDenregistrement": "CNOM/CNOM/ARS",
            **autres,
        }
    )


_HOPITAL = activite(
    codeModeExercice="S",
    codeSecteurDactivite="SA01",
    codeRole="FON-01",
    codeGenreActivite="GENR01",
    numeroFinessSite="990000027",
    numeroFinessetablissementJuridique="990000019",
    identifiantTechniqueDeLaStructure="1990000027",
    raisonSocialeSite="CENTRE HOSPITALIER D'ESSAI",
    enseigneCommercialeSite="HÔPITAL SAINT-ÉLOI",
    codePostal="99998",
    codePays="99000",
    autoriteDenregistrement="ARS/ARS/ARS",
)
_OFFICINE = activite(
    codeModeExercice="L",
    codeSecteurDactivite="SA33",
    codeSectionPharmacien="A",
    codeGenreActivite="GENR01",
    numeroFinessSite="990000035",
    identifiantTechniqueDeLaStructure="1990000035",
    raisonSocialeSite="PHARMACIE DE L'ÎLE",
    codePostal="99997",
    autoriteDenregistrement="CNOP/CNOP/CNOP",
)
_LABO = (STRUCTURE.nom, STRUCTURE.identifiant_national)
_SPECIALITE = {"savoir_faire": "SM03", "type_savoir_faire": "S"}


def _personnes() -> tuple[Personne, ...]:
    un, deux = PROFESSIONNELS
    return (
        Personne(
            un.identifiant_national, un.nom, un.prenom, "médecin biologiste, une activité", "Médecin", "MME",
            (Exercice("10", **_SPECIALITE, activites=(_laboratoire(),)),),
            (("ANS20260101000011", "EDIT", 1),), secteur="SA25", structure=_LABO,
        ),
        Personne(
            deux.identifiant_national, deux.nom, deux.prenom, "médecin biologiste, deux activités", "Médecin", "M",
            (Exercice("10", **_SPECIALITE, activites=(_laboratoire(), _HOPITAL)),), secteur="SA25", structure=_LABO,
        ),
        Personne(
            f"8{rpps_de_test(3)}", "LÉVÊQUE-D'HÔTEL", "Zoé", "pharmacienne sans savoir-faire, nom accentué et composé",
            "Pharmacien", "MME", (Exercice("21", activites=(_OFFICINE,)),),
            secteur="SA33", structure=("PHARMACIE DE L'ÎLE", "1990000035"),
        ),
        Personne(
            f"8{rpps_de_test(4)}", "MAÎTRE DU CHÊNE", "Jean-François", "deux exercices, trois activités",
            "Médecin et pharmacien", "M",
            (
                Exercice("10", **_SPECIALITE, activites=(_laboratoire(), _HOPITAL)),
                Exercice("21", nom="MAÎTRE", activites=(_OFFICINE,)),
            ),
            secteur="SA25", structure=_LABO,
        ),
        Personne(
            f"8{rpps_de_test(5)}", "SANSLIEU", "Noémie", "médecin sans structure (activité aux champs vides)",
            "Médecin", "MME", (Exercice("10", activites=(activite(codeModeExercice="L"),)),),
        ),
        Personne(
            f"8{rpps_de_test(6)}", "ŒUVRARD", "Gaël", "infirmier, exercice sans activité déclarée", "Infirmier", "",
            (Exercice("60", civilite="", activites=None),), (("990000060", "ADELI", 1),),
        ),
        Personne(
            "0990000070", "ANCIEN", "Émilienne", "professionnelle connue par son numéro ADELI", "Orthophoniste", "MME",
            (Exercice("91", civilite="MME", activites=(_HOPITAL,)),), (("990000070", "ADELI", 1),),
            secteur="SA01", structure=("CENTRE HOSPITALIER D'ESSAI", "1990000027"),
        ),
        Personne(
            "100000000000001/SIM0001", "ACCUEIL", "Camille", "secrétaire, employée d'une structure",
            "Secrétariat", "MME", roles=("SECR",), secteur="SA25", structure=_LABO,
        ),
        Personne(
            "ANS20260101000001", "SANSTITRE", "Ève", "identité de test sans profession", "", "",
            autres_identifiants=(("ANS20260101000001", "EDIT", 1),),
        ),
        Personne(
            "ANS20260101000002", "D’ÎLE-ÉVOLUÉE", "Anaïs Chloé", "identité de test (EDIT) d'une médecin",
            "Médecin", "MME", (Exercice("10", activites=(_HOPITAL,)),), (("ANS20260101000002", "EDIT", 1),),
            secteur="SA01", structure=("CENTRE HOSPITALIER D'ESSAI", "1990000027"),
        ),
    )  # fmt: skip


PERSONNES: Mapping[str, Personne] = {personne.identifiant_national: personne for personne in _personnes()}
