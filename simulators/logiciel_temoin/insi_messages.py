"""Messages du téléservice INSi : requêtes de recherche et de vérification, lecture des résultats."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from lxml import etree

from simulators.logiciel_temoin.identite import cle_matricule
from simulators.logiciel_temoin.soap import ReponseIllisible, ajouter, texte

CTXBAM = "urn:siram:bam:ctxbam"
CTXLPS = "urn:siram:lps:ctxlps"
RECSANS = "http://www.cnamts.fr/INSiRecSans"
RECVIT = "http://www.cnamts.fr/INSiRecVit"
RESULTAT = "http://www.cnamts.fr/INSiResultat"
LOT2_REQUETE = "http://www.cnamts.fr/INSiLot2/REQUnitaire"
LOT2_REPONSE = "http://www.cnamts.fr/INSiLot2/REPUnitaire"

ACTION = "urn:ServiceIdentiteCertifiee:1.0.0:"
RECHERCHE_TRAITS = "rechercherInsAvecTraitsIdentite"
RECHERCHE_CARTE = "rechercherInsAvecCarteVitale"
VERIFICATION = "verifierInsAvecTraitsIdentite"


@dataclass(frozen=True)
class CarteVitale:
    """Ce que le lecteur a lu de la carte et du bénéficiaire choisi."""

    nir_assure: str
    nir_individu: str | None
    nom_naissance: str
    date_naissance: str
    rang_naissance: str


@dataclass(frozen=True)
class Traits:
    """Traits d'un appel par traits."""

    nom: str
    prenom: str
    sexe: str
    date: str
    lieu: str | None = None


@dataclass(frozen=True)
class ResultatInsi:
    """Réponse d'une recherche, telle que reçue."""

    code: str
    libelle: str
    matricule: str | None = None
    oid: str | None = None
    historique: tuple[dict[str, str], ...] = ()
    traits: dict[str, str] = field(default_factory=dict)


def contexte_bam(
    entete: etree._Element, identifiant: str, instant: datetime, emetteur: str, carte: CarteVitale | None
) -> None:
    bam = etree.SubElement(entete, f"{{{CTXBAM}}}ContexteBAM", nsmap={"bam": CTXBAM})
    bam.set("Version", "01_02")
    bam.set("Nature", "CTXBAM")
    ajouter(bam, CTXBAM, "Id", identifiant)
    ajouter(bam, CTXBAM, "Temps", _temps(instant))
    ajouter(bam, CTXBAM, "Emetteur", emetteur)
    couverture = ajouter(bam, CTXBAM, "COUVERTURE")
    if carte:
        ajouter(ajouter(ajouter(couverture, CTXBAM, "ASSURE"), CTXBAM, "Id"), CTXBAM, "Num", carte.nir_assure[:13])
        beneficiaire = ajouter(couverture, CTXBAM, "BENEFICIAIRE")
        if carte.nir_individu:
            ajouter(ajouter(beneficiaire, CTXBAM, "Nir"), CTXBAM, "Num", carte.nir_individu[:13])
        ajouter(beneficiaire, CTXBAM, "DateNai", carte.date_naissance)
        ajouter(beneficiaire, CTXBAM, "Rang", carte.rang_naissance)


def contexte_lps(
    entete: etree._Element, identifiant: str, instant: datetime, emetteur: str, idam: str, lps: tuple[str, str, str]
) -> None:
    """`lps` : version, instance, nom du logiciel."""
    contexte = etree.SubElement(entete, f"{{{CTXLPS}}}ContexteLPS", nsmap={"lps": CTXLPS})
    contexte.set("Version", "01_00")
    contexte.set("Nature", "CTXLPS")
    ajouter(contexte, CTXLPS, "Id", identifiant)
    ajouter(contexte, CTXLPS, "Temps", _temps(instant))
    ajouter(contexte, CTXLPS, "Emetteur", emetteur)
    logiciel = ajouter(contexte, CTXLPS, "LPS")
    ajouter(logiciel, CTXLPS, "IDAM", idam, R="4")
    for balise, valeur in zip(("Version", "Instance", "Nom"), lps, strict=True):
        ajouter(logiciel, CTXLPS, balise, valeur)


def _temps(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"


def requete_traits(corps: etree._Element, traits: Traits) -> None:
    racine = etree.SubElement(corps, f"{{{RECSANS}}}RECSANSVITALE", nsmap={"insi": RECSANS})
    ajouter(racine, RECSANS, "NomNaissance", traits.nom)
    ajouter(racine, RECSANS, "Prenom", traits.prenom)
    ajouter(racine, RECSANS, "Sexe", traits.sexe)
    ajouter(racine, RECSANS, "DateNaissance", traits.date)
    if traits.lieu:
        ajouter(racine, RECSANS, "LieuNaissance", traits.lieu)


def requete_carte(corps: etree._Element, carte: CarteVitale) -> None:
    racine = etree.SubElement(corps, f"{{{RECVIT}}}RECVITALE", nsmap={"insi": RECVIT})
    if carte.nir_individu:
        ajouter(ajouter(racine, RECVIT, "MatriculeIndividu"), RECVIT, "NumIdentifiant", carte.nir_individu[:13])
    ajouter(ajouter(racine, RECVIT, "MatriculeOD"), RECVIT, "NumIdentifiant", carte.nir_assure[:13])
    ajouter(racine, RECVIT, "NomNaissance", carte.nom_naissance)
    ajouter(racine, RECVIT, "DateNaissance", carte.date_naissance)
    ajouter(racine, RECVIT, "RangNaissance", carte.rang_naissance)


def requete_verification(corps: etree._Element, matricule: str, oid: str, traits: Traits) -> None:
    """Grammaire non publiée : celle que le banc dit suivre, à remplacer par celle du guide quand on l'a."""
    racine = etree.SubElement(corps, f"{{{LOT2_REQUETE}}}IndividuVerifie", nsmap={"insi": LOT2_REQUETE})
    fourni = ajouter(racine, LOT2_REQUETE, "INSFourni")
    individu = ajouter(fourni, LOT2_REQUETE, "IdIndividu")
    ajouter(individu, LOT2_REQUETE, "NumIdentifiant", matricule[:13])
    ajouter(individu, LOT2_REQUETE, "Cle", matricule[13:])
    ajouter(fourni, LOT2_REQUETE, "OID", oid)
    bloc = ajouter(racine, LOT2_REQUETE, "TraitsIdentiteIndividu")
    ajouter(bloc, LOT2_REQUETE, "NomNaissance", traits.nom)
    ajouter(bloc, LOT2_REQUETE, "ListePrenom", traits.prenom)
    ajouter(bloc, LOT2_REQUETE, "Sexe", traits.sexe)
    ajouter(bloc, LOT2_REQUETE, "DateNaissance", traits.date)
    if traits.lieu:
        ajouter(bloc, LOT2_REQUETE, "LieuNaissance", traits.lieu)


def lire_resultat(racine: etree._Element) -> ResultatInsi:
    """Lit `RESULTAT` par espace de noms, jamais par préfixe."""
    ns = {"r": RESULTAT}
    if racine.tag != f"{{{RESULTAT}}}RESULTAT":
        raise ReponseIllisible("la réponse n'est pas un RESULTAT d'INSi")
    code = texte(racine.find("r:CR/r:CodeCR", ns))
    libelle = texte(racine.find("r:CR/r:LibelleCR", ns))
    individu = racine.find("r:INDIVIDU", ns)
    if code not in ("00", "01", "02"):
        raise ReponseIllisible(f"code retour INSi inattendu : {code!r}")
    if code != "00":
        return ResultatInsi(code, libelle)
    if individu is None:
        raise ReponseIllisible("INSi répond 00 sans rendre d'identité")
    actif = individu.find("r:INSACTIF", ns)
    if actif is None:
        raise ReponseIllisible("INSi répond 00 sans INS actif")
    matricule, oid = _ins(actif)
    historique = []
    for ancien in individu.findall("r:INSHISTO", ns):
        numero, ancien_oid = _ins(ancien)
        historique.append(
            {
                "matricule_ins": numero,
                "oid_ins": ancien_oid,
                "date_debut": texte(ancien.find("r:DateDeb", ns)),
                "date_fin": texte(ancien.find("r:DateFin", ns)),
            }
        )
    tiq = individu.find("r:TIQ", ns)
    traits = {
        champ: texte(tiq.find(f"r:{balise}", ns)) if tiq is not None else ""
        for champ, balise in (
            ("nom_naissance", "NomNaissance"),
            ("prenoms_naissance", "ListePrenom"),
            ("prenom", "Prenom"),
            ("sexe", "Sexe"),
            ("date_naissance", "DateNaissance"),
            ("code_lieu_naissance", "LieuNaissance"),
        )
    }
    return ResultatInsi(code, libelle, matricule, oid, tuple(historique), traits)


def _ins(element: etree._Element) -> tuple[str, str]:
    ns = {"r": RESULTAT}
    numero = texte(element.find("r:IdIndividu/r:NumIdentifiant", ns)).upper()
    cle = texte(element.find("r:IdIndividu/r:Cle", ns))
    if len(numero) == 13 and not cle:
        cle = cle_matricule(numero)
    return numero + cle, texte(element.find("r:OID", ns))


def lire_verification(racine: etree._Element) -> str:
    """`OK` ou `KO` ; toute autre réponse est illisible."""
    for element in racine.iter():
        if isinstance(element.tag, str) and texte(element) in ("OK", "KO"):
            return texte(element)
    raise ReponseIllisible("la réponse de vérification ne dit ni OK ni KO")
