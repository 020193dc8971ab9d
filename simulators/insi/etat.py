"""Les personnes que le téléservice connaît, et la façon dont il les retrouve. En mémoire, remis à zéro par scénario."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from simulators.insi.enveloppe import DonneesCarte, InsFourni, Traits
from simulators.insi.pannes import PARTICULARITES
from simulators.insi.resultat import Individu, InsRendu, Resultat, ResultatVerification
from simulators.socle.identites import IDENTITES_DE_TEST, IdentiteTest

IDAM_PAR_DEFAUT = "SIMAUT000001"

_ELEMENTS = {
    "nom_naissance": "NomNaissance",
    "prenom": "Prenom",
    "prenoms": "ListePrenom",
    "sexe": "Sexe",
    "date_naissance": "DateNaissance",
    "lieu_naissance": "LieuNaissance",
}


@dataclass(frozen=True)
class Inscription:
    """Une personne connue du service, et ce que le service a de particulier à en dire."""

    identite: IdentiteTest
    reponse: str | None = None
    """Code imposé quand cette personne est trouvée ; None = celui du rapprochement."""
    cog_requis: bool = False
    """Vrai : 02 tant que le code du lieu de naissance n'est pas envoyé."""
    retour_verification: bool | None = None
    """Réponse imposée à la vérification unitaire ; None = celle de la comparaison."""
    traits_retournes: Mapping[str, str | None] = field(default_factory=dict)
    """Traits répondus à la place de ceux de la personne ; None = élément absent, chaîne vide = élément vide."""
    particularites: tuple[str, ...] = ()
    """Particularités de réponse (voir `pannes`) jouées chaque fois que cette personne est trouvée."""
    prenoms_de_recherche: tuple[str, ...] | None = None
    """Prénoms qui la font trouver ; None = le premier, les premiers ensemble ou tous."""
    nir_assure: str | None = None
    """Matricule de l'ouvrant droit lu sur la carte Vitale ; None = le sien."""
    rang_naissance: str = "1"

    @property
    def nir_ouvrant_droit(self) -> str:
        """Matricule de l'ouvrant droit, le sien par défaut."""
        return self.nir_assure or self.identite.matricule

    def individu(self) -> Individu:
        """La personne telle que le service la répond, INS actif, historique et traits."""
        personne = self.identite
        tiq = {
            "NomNaissance": personne.nom_naissance,
            "ListePrenom": " ".join(personne.prenoms),
            "Sexe": personne.sexe,
            "DateNaissance": personne.date_naissance,
        }
        if personne.lieu_naissance is not None:
            tiq["LieuNaissance"] = personne.lieu_naissance
        for nom, valeur in self.traits_retournes.items():
            element = _ELEMENTS.get(nom, nom)
            if valeur is None:
                tiq.pop(element, None)
            else:
                tiq[element] = valeur
        historique = tuple(
            InsRendu(ancien.matricule, ancien.oid, ancien.cle, date_debut=ancien.debut, date_fin=ancien.fin)
            for ancien in personne.historique
        )
        return Individu(InsRendu(personne.matricule, personne.oid, personne.cle), historique, tiq)


@dataclass(frozen=True)
class Issue:
    """Ce qu'une recherche a donné ; `inscription` est la personne trouvée, s'il y en a une seule."""

    resultat: Resultat | ResultatVerification
    inscription: Inscription | None = None


class EtatInsi:
    """Population du téléservice et progiciels autorisés."""

    def __init__(
        self, population: Iterable[IdentiteTest] = IDENTITES_DE_TEST, idam: Iterable[str] | None = (IDAM_PAR_DEFAUT,)
    ) -> None:
        self._population = tuple(population)
        self._inscriptions: dict[str, Inscription] = {}
        self.idam_autorises: frozenset[str] | None = None if idam is None else frozenset(idam)
        """Numéros d'autorisation admis ; None = tous. Un réglage, conservé par `remettre_a_zero`."""
        self.remettre_a_zero()

    def remettre_a_zero(self) -> None:
        """Revient à la population de départ."""
        depart = [
            _inscription(identite, reponse=None if identite.attendu in ("00", "02") else identite.attendu)
            for identite in self._population
        ]
        # Remplacée d'un coup : une demande en cours ne voit jamais une population incomplète.
        self._inscriptions = {inscription.identite.matricule: inscription for inscription in depart}

    @property
    def inscriptions(self) -> tuple[Inscription, ...]:
        """Les personnes connues, dans l'ordre d'inscription."""
        return tuple(self._inscriptions.values())

    def inscrire(
        self,
        identite: IdentiteTest,
        *,
        reponse: str | None = None,
        cog_requis: bool | None = None,
        retour_verification: bool | None = None,
        traits_retournes: Mapping[str, str | None] | None = None,
        particularites: Iterable[str] = (),
        prenoms_de_recherche: Iterable[str] | None = None,
        nir_assure: str | None = None,
        rang_naissance: str = "1",
    ) -> Inscription:
        """Fait connaître une personne ; remplace l'inscription du même matricule."""
        inscription = _inscription(
            identite,
            reponse=reponse,
            cog_requis=cog_requis,
            retour_verification=retour_verification,
            traits_retournes=traits_retournes,
            particularites=particularites,
            prenoms_de_recherche=prenoms_de_recherche,
            nir_assure=nir_assure,
            rang_naissance=rang_naissance,
        )
        self._inscriptions[identite.matricule] = inscription
        return inscription

    def radier(self, identite: IdentiteTest) -> None:
        """Fait oublier une personne : elle ne sera plus trouvée."""
        self._inscriptions.pop(identite.matricule, None)

    # ------------------------------------------------------------------ recherches

    def rechercher_par_traits(self, traits: Traits) -> Issue:
        """WS_INS2 : nom strict, un prénom ou plusieurs ensemble, sexe, date, lieu s'il est donné."""
        return self._conclure(
            [ins for ins in self.inscriptions if _correspond(ins, traits)], cog_donne=bool(traits.lieu_naissance)
        )

    def rechercher_par_carte(self, carte: DonneesCarte) -> Issue:
        """WS_INS1 : NIR certifié du bénéficiaire s'il est donné, sinon ouvrant droit, date et rang de naissance."""
        individu = carte.individu.numero if carte.individu else None
        assure = carte.ouvrant_droit.numero if carte.ouvrant_droit else None
        candidats = [
            ins
            for ins in self.inscriptions
            if (ins.identite.matricule == individu if individu else ins.nir_ouvrant_droit == assure)
            and _date_compatible(ins.identite.date_naissance, carte.date_naissance)
            and (not carte.nom_naissance or carte.nom_naissance == ins.identite.nom_naissance)
            and (bool(individu) or not carte.rang_naissance or carte.rang_naissance == ins.rang_naissance)
        ]
        return self._conclure(candidats, cog_donne=True)

    def verifier(self, fourni: InsFourni) -> Issue:
        """WS_INS3 (non normatif) : vrai si le matricule et l'OID sont ceux d'une personne qui a ces traits."""
        numero = fourni.matricule.numero if fourni.matricule else None
        inscription = self._inscriptions.get(numero or "")
        if inscription is None or (inscription.reponse == "01" and inscription.retour_verification is None):
            return Issue(ResultatVerification(False))
        if inscription.retour_verification is not None:
            return Issue(ResultatVerification(inscription.retour_verification), inscription)
        personne = inscription.identite
        cle = fourni.matricule.cle if fourni.matricule else None
        concorde = (
            fourni.oid == personne.oid
            and (cle is None or cle == personne.cle)
            and _correspond(inscription, fourni.traits)
        )
        return Issue(ResultatVerification(concorde), inscription)

    def _conclure(self, candidats: list[Inscription], *, cog_donne: bool) -> Issue:
        if not candidats:
            return Issue(Resultat("01"))
        if len(candidats) > 1:
            return Issue(Resultat("02"))
        [trouvee] = candidats
        code = trouvee.reponse or ("02" if trouvee.cog_requis and not cog_donne else "00")
        return Issue(Resultat(code, trouvee.individu() if code == "00" else None), trouvee)


def _inscription(
    identite: IdentiteTest,
    *,
    reponse: str | None = None,
    cog_requis: bool | None = None,
    retour_verification: bool | None = None,
    traits_retournes: Mapping[str, str | None] | None = None,
    particularites: Iterable[str] = (),
    prenoms_de_recherche: Iterable[str] | None = None,
    nir_assure: str | None = None,
    rang_naissance: str = "1",
) -> Inscription:
    noms = tuple(particularites)
    inconnues = [nom for nom in noms if nom not in PARTICULARITES]
    if inconnues:
        raise ValueError(f"particularité inconnue : {', '.join(inconnues)} (connues : {', '.join(PARTICULARITES)})")
    return Inscription(
        identite,
        reponse,
        identite.cog_requis if cog_requis is None else cog_requis,
        retour_verification,
        {**identite.traits_retournes, **(traits_retournes or {})},
        noms,
        _prenoms_de_recherche(identite, prenoms_de_recherche),
        nir_assure,
        rang_naissance,
    )


def _prenoms_de_recherche(identite: IdentiteTest, choix: Iterable[str] | None) -> tuple[str, ...] | None:
    if choix is not None:
        return tuple(choix)
    return (identite.prenom_reconnu,) if identite.prenom_reconnu else None


def _correspond(inscription: Inscription, traits: Traits) -> bool:
    personne = inscription.identite
    return (
        # Recherche stricte, traits d'union compris (FAQ de l'ANS).
        traits.nom_naissance == personne.nom_naissance
        and _prenom_correspond(inscription, traits.prenom)
        and traits.sexe == personne.sexe
        and _date_compatible(personne.date_naissance, traits.date_naissance)
        and (
            not traits.lieu_naissance
            or personne.lieu_naissance is None
            or traits.lieu_naissance == personne.lieu_naissance
        )
    )


def _prenom_correspond(inscription: Inscription, recu: str | None) -> bool:
    """Le premier prénom, les premiers ensemble, ou tous : un deuxième prénom seul ne suffit pas."""
    if not recu:
        return False
    prenoms = inscription.identite.prenoms
    formes = (
        inscription.prenoms_de_recherche
        if inscription.prenoms_de_recherche is not None
        else [" ".join(prenoms[:nombre]) for nombre in range(1, len(prenoms) + 1)]
    )
    return _a_plat(recu) in {_a_plat(forme) for forme in formes}


def _a_plat(prenom: str) -> str:
    """Trait d'union et apostrophe valent un espace dans un prénom."""
    return " ".join(prenom.replace("-", " ").replace("'", " ").split())


def _date_compatible(connue: str, recue: str | None) -> bool:
    """Une partie inconnue (`00`) de la date connue est compatible avec toute valeur reçue."""
    if recue is None:
        return False
    if connue == recue:
        return True
    parties, recues = connue.split("-"), recue.split("-")
    return (
        len(parties) == len(recues) == 3
        and "00" in parties[1:]
        and all(a in ("00", b) for a, b in zip(parties, recues, strict=True))
    )
