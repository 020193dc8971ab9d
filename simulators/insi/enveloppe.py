"""Un message INSi lu : adressage, contextes, assertions, corps. Lit tout ce qui peut l'être, ne juge rien."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from simulators.insi import espaces as e
from simulators.insi.lecture import brut, enfants, sous_texte, texte


@dataclass(frozen=True, slots=True)
class ContexteBam:
    """`ctxbam:ContexteBAM` ; None pour ce qui est absent, chaîne vide pour ce qui est vide."""

    version: str | None
    nature: str | None
    id: str | None
    temps: str | None
    emetteur: str | None
    couverture_presente: bool
    nir_assure: str | None = None
    nir_beneficiaire: str | None = None
    date_naissance: str | None = None
    rang: str | None = None


@dataclass(frozen=True, slots=True)
class ContexteLps:
    """`ctxlps:ContexteLPS`."""

    version: str | None
    nature: str | None
    id: str | None
    temps: str | None
    emetteur: str | None
    idam: str | None = None
    idam_r: str | None = None
    version_logiciel: str | None = None
    instance: str | None = None
    nom: str | None = None


@dataclass(frozen=True, slots=True)
class Traits:
    """Traits d'identité envoyés ; None = élément absent, chaîne vide = élément vide."""

    nom_naissance: str | None = None
    prenoms: tuple[str, ...] = ()
    sexe: str | None = None
    date_naissance: str | None = None
    lieu_naissance: str | None = None

    @property
    def prenom(self) -> str | None:
        """Ce que le service compare : les éléments `Prenom` mis bout à bout ; None s'il n'y en a pas."""
        return " ".join(self.prenoms) if self.prenoms else None


@dataclass(frozen=True, slots=True)
class Matricule:
    """Un matricule tel qu'écrit dans le message."""

    numero: str | None
    cle: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class DonneesCarte:
    """Contenu de `RECVITALE`."""

    individu: Matricule | None = None
    ouvrant_droit: Matricule | None = None
    nom_naissance: str | None = None
    date_naissance: str | None = None
    rang_naissance: str | None = None


@dataclass(frozen=True, slots=True)
class InsFourni:
    """Contenu de `IndividuVerifie` : l'INS à vérifier et les traits qui vont avec."""

    matricule: Matricule | None
    oid: str | None
    traits: Traits


@dataclass(frozen=True, slots=True)
class MessageInsi:
    """Tout ce qu'un message dit, avec l'arbre XML pour ce qui n'est pas détaillé ici."""

    racine: etree._Element
    soap: str
    """Espace de noms de l'enveloppe ; autre chose que SOAP 1.2 est rapporté tel quel."""
    action: str | None
    message_id: str | None
    bam: ContexteBam | None
    lps: ContexteLps | None
    securites: tuple[etree._Element, ...] = ()
    assertions: tuple[etree._Element, ...] = ()
    entetes: tuple[etree._Element, ...] = ()
    corps: tuple[etree._Element, ...] = ()
    operation: str = ""
    traits: Traits | None = None
    carte: DonneesCarte | None = None
    ins_fourni: InsFourni | None = None
    doublons: tuple[str, ...] = field(default=())
    """En-têtes présents plus d'une fois, sur lesquels il serait imprudent de choisir."""


def lire_message(racine: etree._Element) -> MessageInsi:
    """Lit une enveloppe SOAP, bonne ou mauvaise ; une racine qui n'en est pas une donne un message vide."""
    soap = e.espace_de(racine.tag) if e.nom_local(racine.tag) == "Envelope" else ""
    entete = racine.find(f"{{{soap}}}Header") if soap else None
    corps = enfants(racine.find(f"{{{soap}}}Body")) if soap else []
    blocs = enfants(entete)
    balises = [bloc.tag for bloc in blocs]
    securites = [bloc for bloc in blocs if bloc.tag == e.nom_qualifie(e.WSSE, "Security")]
    contenu = corps[0] if corps else None
    return MessageInsi(
        racine=racine,
        soap=soap,
        action=sous_texte(entete, e.WSA, "Action"),
        message_id=sous_texte(entete, e.WSA, "MessageID"),
        bam=_lire_bam(_premier(blocs, e.CTXBAM, "ContexteBAM")),
        lps=_lire_lps(_premier(blocs, e.CTXLPS, "ContexteLPS")),
        securites=tuple(securites),
        assertions=tuple(enfant for bloc in securites for enfant in bloc.iter(e.nom_qualifie(e.SAML, "Assertion"))),
        entetes=tuple(blocs),
        corps=tuple(corps),
        operation=operation_de(contenu),
        traits=_lire_traits(contenu) if _est(contenu, e.RECSANS, "RECSANSVITALE") else None,
        carte=_lire_carte(contenu) if _est(contenu, e.RECVIT, "RECVITALE") else None,
        ins_fourni=_lire_ins_fourni(contenu) if operation_de(contenu) == e.OP_VERIFICATION else None,
        doublons=tuple(sorted({e.nom_local(balise) for balise in balises if balises.count(balise) > 1})),
    )


def operation_de(contenu: etree._Element | None) -> str:
    """Opération désignée par le contenu du corps ; vide s'il n'en désigne aucune."""
    if contenu is None:
        return ""
    if _est(contenu, e.RECSANS, "RECSANSVITALE"):
        return e.OP_TRAITS
    if _est(contenu, e.RECVIT, "RECVITALE"):
        return e.OP_CARTE
    if _individu_verifie(contenu) is not None:
        return e.OP_VERIFICATION
    return ""


def _est(element: etree._Element | None, espace: str, nom: str) -> bool:
    return element is not None and element.tag == e.nom_qualifie(espace, nom)


def _premier(blocs: list[etree._Element], espace: str, nom: str) -> etree._Element | None:
    return next((bloc for bloc in blocs if bloc.tag == e.nom_qualifie(espace, nom)), None)


def _lire_bam(bloc: etree._Element | None) -> ContexteBam | None:
    if bloc is None:
        return None
    couverture = bloc.find(e.nom_qualifie(e.CTXBAM, "COUVERTURE"))
    beneficiaire = None if couverture is None else couverture.find(e.nom_qualifie(e.CTXBAM, "BENEFICIAIRE"))
    return ContexteBam(
        version=bloc.get("Version"),
        nature=bloc.get("Nature"),
        id=sous_texte(bloc, e.CTXBAM, "Id"),
        temps=sous_texte(bloc, e.CTXBAM, "Temps"),
        emetteur=sous_texte(bloc, e.CTXBAM, "Emetteur"),
        couverture_presente=couverture is not None,
        nir_assure=_chemin(couverture, "ASSURE", "Id", "Num"),
        nir_beneficiaire=_chemin(beneficiaire, "Nir", "Num"),
        date_naissance=sous_texte(beneficiaire, e.CTXBAM, "DateNai"),
        rang=sous_texte(beneficiaire, e.CTXBAM, "Rang"),
    )


def _chemin(element: etree._Element | None, *noms: str) -> str | None:
    for nom in noms:
        if element is None:
            return None
        element = element.find(e.nom_qualifie(e.CTXBAM, nom))
    return None if element is None else texte(element)


def _lire_lps(bloc: etree._Element | None) -> ContexteLps | None:
    if bloc is None:
        return None
    lps = bloc.find(e.nom_qualifie(e.CTXLPS, "LPS"))
    idam = None if lps is None else lps.find(e.nom_qualifie(e.CTXLPS, "IDAM"))
    return ContexteLps(
        version=bloc.get("Version"),
        nature=bloc.get("Nature"),
        id=sous_texte(bloc, e.CTXLPS, "Id"),
        temps=sous_texte(bloc, e.CTXLPS, "Temps"),
        emetteur=sous_texte(bloc, e.CTXLPS, "Emetteur"),
        idam=sous_texte(lps, e.CTXLPS, "IDAM"),
        idam_r=None if idam is None else idam.get("R"),
        version_logiciel=sous_texte(lps, e.CTXLPS, "Version"),
        instance=sous_texte(lps, e.CTXLPS, "Instance"),
        nom=sous_texte(lps, e.CTXLPS, "Nom"),
    )


def _lire_traits(bloc: etree._Element | None) -> Traits:
    """Traits d'un bloc quelconque : l'espace de noms est celui du bloc."""
    if bloc is None:
        return Traits()
    espace = e.espace_de(bloc.tag)
    noms = ("Prenom", "ListePrenom")
    nom = bloc.find(e.nom_qualifie(espace, "NomNaissance"))
    return Traits(
        # Un espace en trop au bord d'un nom compte : la recherche est stricte.
        nom_naissance=None if nom is None else brut(nom),
        prenoms=tuple(brut(enfant) for enfant in enfants(bloc) if e.nom_local(enfant.tag) in noms),
        sexe=sous_texte(bloc, espace, "Sexe"),
        date_naissance=sous_texte(bloc, espace, "DateNaissance"),
        lieu_naissance=sous_texte(bloc, espace, "LieuNaissance"),
    )


def _lire_matricule(bloc: etree._Element | None) -> Matricule | None:
    if bloc is None:
        return None
    espace = e.espace_de(bloc.tag)
    return Matricule(
        numero=sous_texte(bloc, espace, "NumIdentifiant"),
        cle=sous_texte(bloc, espace, "Cle"),
        type=sous_texte(bloc, espace, "TypeMatricule"),
    )


def _lire_carte(bloc: etree._Element | None) -> DonneesCarte:
    if bloc is None:
        return DonneesCarte()
    return DonneesCarte(
        individu=_lire_matricule(bloc.find(e.nom_qualifie(e.RECVIT, "MatriculeIndividu"))),
        ouvrant_droit=_lire_matricule(bloc.find(e.nom_qualifie(e.RECVIT, "MatriculeOD"))),
        nom_naissance=sous_texte(bloc, e.RECVIT, "NomNaissance"),
        date_naissance=sous_texte(bloc, e.RECVIT, "DateNaissance"),
        rang_naissance=sous_texte(bloc, e.RECVIT, "RangNaissance"),
    )


def _individu_verifie(contenu: etree._Element) -> etree._Element | None:
    """`IndividuVerifie`, seul ou dans une enveloppe : son espace de noms exact n'est pas publié."""
    if e.nom_local(contenu.tag) == "IndividuVerifie":
        return contenu
    directs = [enfant for enfant in enfants(contenu) if e.nom_local(enfant.tag) == "IndividuVerifie"]
    return directs[0] if len(directs) == 1 else None


def _lire_ins_fourni(contenu: etree._Element | None) -> InsFourni:
    bloc = None if contenu is None else _individu_verifie(contenu)
    if bloc is None:
        return InsFourni(None, None, Traits())
    espace = e.espace_de(bloc.tag)
    fourni = bloc.find(e.nom_qualifie(espace, "INSFourni"))
    identifiant = None if fourni is None else fourni.find(e.nom_qualifie(espace, "IdIndividu"))
    return InsFourni(
        matricule=_lire_matricule(identifiant),
        oid=sous_texte(fourni, espace, "OID"),
        traits=_lire_traits(bloc.find(e.nom_qualifie(espace, "TraitsIdentiteIndividu"))),
    )
