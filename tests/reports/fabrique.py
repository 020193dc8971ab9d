"""Campagnes et catalogues fabriqués pour éprouver les rapports : tous les verdicts, textes hostiles, gros volumes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from reports.campagne import Campagne, Logiciel
from reports.constat import Confiance, Regle
from reports.resultat import (
    EtapeJouee,
    EtatEtape,
    EtatPreuve,
    PieceJointe,
    PreuveProduite,
    ResultatScenario,
)
from reports.verdict import Moyen, Verdict
from requirements.catalogue import Catalogue
from requirements.modele import (
    Classe,
    Couloir,
    Criticite,
    EtapeGuidee,
    Exigence,
    Nature,
    Preuve,
    ScenarioConformite,
    Service,
    Source,
    TypePiece,
)
from simulators.socle.echange import CorpsMemoire, Echange, Reponse, Requete, Tls

HOSTILES = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)> ' ",
    "=cmd|' /C calc'!A0",
    "+1+cmd()",
    "@SUM(A1)",
    "\x00\x01\x1b[31m\x7f\ufffe",
    "]]></failure><x>",
    "</style></title>{{ 7*7 }}{% raw %}",
    "l'été à Nîmes, « œuvre », 日本, 😀",
    "x" * 40_000,
)

SOURCE = Source("concertation", "Travaux de concertation de la vague 2", dt.date(2023, 2, 21), "document de travail")
COULOIR = Couloir("biologie", "BIO", "SGL", "Biologie médicale", "SGL", ("Général", "IE Usagers"), (1, 2), (SOURCE,))
REGLE = Regle(
    "INSI-TRAITS-03",
    "Le premier prénom est envoyé d'abord",
    "Guide d'intégration INSi v4.0, § 4.2",
    Confiance.OFFICIELLE,
    "envoyer le premier prénom de naissance seul au premier appel",
)
_REQUETE = (
    '<?xml version="1.0"?><soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Header>'
    "<Signature>" + "QUJD" * 200 + "</Signature></soap:Header><soap:Body><RECSANSVITALE><NomNaissance>D'ARTAGNAN"
    "</NomNaissance><Prenom>CHARLES</Prenom></RECSANSVITALE></soap:Body></soap:Envelope>"
)


def exigence(numero: str, *, vague: int = 2, profil: str = "Général", scenarios: int = 1, texte: str = "") -> Exigence:
    """Une exigence et ses scénarios, chacun avec deux preuves."""
    section = numero.partition("/")[0].partition(".")[0]
    return Exigence(
        id=numero,
        id_court=numero,
        ids_vague1=(),
        id_socle=f"SC.{numero}",
        rem="BIO",
        vague=vague,
        profil=profil,
        id_section=section,
        section={"INS": "Identité nationale de santé", "DMP": "Dossier médical partagé"}.get(section, section),
        bloc="Bloc de l'exigence",
        fonction="Recherche de l'identité",
        nature=Nature.EXIGENCE,
        criticite=Criticite.MAJEURE,
        statut="Approuvée",
        resume=texte or f"Le logiciel respecte l'exigence {numero} pour chaque patient, qualifié ou non.",
        classe=Classe.RESEAU,
        service=Service.INSI,
        source=SOURCE,
        scenarios=tuple(scenario(numero, rang, texte=texte) for rang in range(1, scenarios + 1)),
        non_verifiee="" if scenarios else texte or "les données de concertation n'écrivent aucun scénario",
    )


def scenario(numero: str, rang: int, *, texte: str = "") -> ScenarioConformite:
    """Un scénario et deux preuves."""
    identifiant = f"{numero}.{rang:02}"
    return ScenarioConformite(
        id=identifiant,
        rem="BIO",
        exigence=numero,
        titre=texte or f"Recherche par traits, cas {rang}",
        attendu=texte or "L'appel porte les traits du patient et la réponse 00 met à jour son identité.",
        moyen=Classe.RESEAU,
        service=Service.INSI,
        ordre=rang,
        preuves=tuple(
            Preuve(
                f"{identifiant}.{n:02}",
                f"{identifiant}.{n:02}",
                identifiant,
                texte or "Une vidéo montre la recherche de bout en bout.",
                (TypePiece.VIDEO, TypePiece.CAPTURE),
                conseil=texte or "Cadrez la fenêtre entière.",
            )
            for n in (1, 2)
        ),
        deroule=(EtapeGuidee(texte or "Cherchez le patient.", texte or "Sa fiche.", texte or "Une autre fiche."),),
    )


def catalogue(*exigences: Exigence) -> Catalogue:
    """Un catalogue de ces exigences ; son empreinte est celle d'un dossier vide de section."""
    return Catalogue(COULOIR, exigences, Path(__file__).parent / "exemples")


def resultat(ex: Exigence, sc: ScenarioConformite, verdict: Verdict, *, numero: int = 1) -> ResultatScenario:
    """Un résultat de ce verdict, avec constats, étapes et preuves plausibles."""
    enfreint = REGLE.enfreinte(
        "Le premier appel porte deux prénoms",
        attendu="CHARLES",
        recu="CHARLES OGIER",
        ou="/Envelope/Body/RECSANSVITALE/Prenom",
        echanges=(numero,),
    )
    constats = {
        Verdict.CONFORME: (REGLE.respectee(recu="CHARLES", echanges=(numero,)),) * 3,
        Verdict.NON_CONFORME: (REGLE.respectee(recu="CHARLES", echanges=(numero,)), enfreint),
        Verdict.NON_CONCLUANT: (REGLE.sans_objet("aucun échange INSi observé"),),
        Verdict.A_VERIFIER: (REGLE.a_regarder("une personne doit regarder l'écran"),),
    }.get(verdict, ())
    joue = verdict not in (Verdict.NON_EXECUTE, Verdict.NON_APPLICABLE)
    etat = {
        Verdict.A_VERIFIER: EtatPreuve.A_APPORTER,
        Verdict.NON_APPLICABLE: EtatPreuve.SANS_OBJET,
        Verdict.NON_EXECUTE: EtatPreuve.MANQUANTE,
    }.get(verdict, EtatPreuve.PRODUITE)
    return ResultatScenario(
        rem="BIO",
        exigence=ex.id,
        scenario=sc.id,
        titre=sc.titre,
        section=ex.id_section,
        vague=ex.vague,
        profil=ex.profil,
        verdict=verdict,
        moyen=Moyen.MACHINE if joue else None,
        raison="" if verdict is Verdict.CONFORME else "raison du verdict",
        constats=constats,
        preuves=tuple(
            PreuveProduite(
                preuve.id,
                preuve.attendu,
                etat,
                tuple(piece.value for piece in preuve.pieces),
                (PieceJointe(f"preuves/{preuve.id.replace('/', '_')}/requete.xml", "ab" * 32, 1234, "application/xml"),)
                if etat is EtatPreuve.PRODUITE
                else (),
            )
            for preuve in sc.preuves
        ),
        debut="2026-11-21T14:03:12.120000+00:00" if joue else None,
        fin="2026-11-21T14:03:12.380000+00:00" if joue else None,
        duree_s=0.26 if joue else 0.0,
        echanges=(numero,) if joue else (),
        etapes=(
            EtapeJouee("Étant donné que", "le patient D'ARTAGNAN est connu d'INSi", EtatEtape.PASSEE, 0.01),
            EtapeJouee("Quand", "le logiciel recherche son identité", EtatEtape.PASSEE, 0.2, (numero,)),
            EtapeJouee(
                "Alors",
                "le premier prénom est envoyé seul",
                EtatEtape.ECHOUEE if verdict is Verdict.NON_CONFORME else EtatEtape.PASSEE,
                0.05,
            ),
        )
        if joue
        else (),
    )


def echange(numero: int, *, corps: bytes = _REQUETE.encode(), reponse: bytes = _REQUETE.encode()) -> Echange:
    """Un échange INSi plausible."""
    debut = dt.datetime(2026, 11, 21, 14, 3, 12, 150_000, tzinfo=dt.UTC)
    return Echange(
        numero=numero,
        service="insi",
        operation="rechercherInsAvecTraitsIdentite",
        debut=debut,
        fin=debut + dt.timedelta(milliseconds=3),
        requete=Requete(
            "POST",
            "/lps",
            (("Content-Type", "application/soap+xml; charset=utf-8"), ("Authorization", "empreinte:0123456789abcdef")),
            CorpsMemoire(corps),
        ),
        reponse=Reponse(
            200, (("Content-Type", "application/soap+xml"), ("X-Banc-SONS", "serveur de test")), CorpsMemoire(reponse)
        ),
        pair="127.0.0.1:50000",
        tls=Tls("TLSv1.3", "TLS_AES_256_GCM_SHA384", "localhost"),
        notes={"code": "00"},
    )


def campagne(*resultats: ResultatScenario, **choix: object) -> Campagne:
    """Une campagne terminée de ces résultats."""
    base = Campagne(
        produit_banc="banc-sons 0.1.0",
        couloir="biologie",
        rem="BIO",
        vagues=(1, 2),
        profils=("Général",),
        logiciel=Logiciel("LaboTest", "4.2", "Éditeur & Fils", "NIL-0001", "SGL"),
        debut="2026-11-21T14:03:11+00:00",
        fin="2026-11-21T14:05:42+00:00",
        catalogue={"empreinte": "cd" * 32, "date": "2023-02-21"},
        systeme={"python": "3.11.2", "os": "Linux"},
        journal={"derniere_empreinte": "ef" * 32, "enregistrements": 1234},
        resultats=resultats,
    )
    return replace(base, **choix)  # type: ignore[arg-type]


def jeu_complet(nombre: int = 6) -> tuple[Campagne, Catalogue, dict[int, Echange]]:
    """Une campagne de `nombre` exigences à un scénario, tous les verdicts tour à tour, plus une sans scénario."""
    sections = ("INS/va1", "DMP/CONF", "MSS/UX")
    exigences = [exigence(f"{sections[rang * 3 // nombre]}.{rang:02}") for rang in range(nombre)]
    verdicts = tuple(Verdict)
    resultats = [
        resultat(ex, ex.scenarios[0], verdicts[rang % len(verdicts)], numero=rang + 1)
        for rang, ex in enumerate(exigences)
    ]
    echanges = {rang + 1: echange(rang + 1) for rang in range(nombre)}
    return campagne(*resultats), catalogue(*exigences, exigence("LOI.09", scenarios=0)), echanges


def jeu_hostile() -> tuple[Campagne, Catalogue, dict[int, Echange]]:
    """Une campagne où chaque texte lu d'ailleurs est hostile."""
    exigences, resultats, echanges = [], [], {}
    for rang, texte in enumerate(HOSTILES, start=1):
        ex = exigence(f"INS.{rang:02}", texte=texte)
        regle = replace(REGLE, titre=texte, source=texte, a_faire=texte)
        constat = regle.enfreinte(texte, attendu=texte, recu=texte, ou=texte, echanges=(rang,))
        lu = resultat(ex, ex.scenarios[0], Verdict.NON_CONFORME, numero=rang)
        lu = replace(
            lu,
            titre=texte,
            raison=texte,
            section=texte[:50],
            constats=(constat, regle.respectee(texte, recu=texte)),
            etapes=(EtapeJouee(texte[:30], texte, EtatEtape.PASSEE, 0.1, (rang,)),),
            preuves=(
                PreuveProduite(
                    texte[:60],
                    texte,
                    EtatPreuve.PRODUITE,
                    (texte[:40],),
                    (PieceJointe(f"preuves/{texte[:60]}", "00" * 32, 1, texte[:40], texte),),
                ),
                PreuveProduite("", texte, EtatPreuve.A_APPORTER),
            ),
        )
        exigences.append(ex)
        resultats.append(lu)
        brut = texte.encode("utf-8", "surrogatepass")
        modele = echange(rang, corps=brut, reponse=f"<a b='&lt;'>{texte[:20]}".encode())
        echanges[rang] = replace(
            modele,
            operation=texte[:80],
            notes={texte[:20]: texte},
            panne=texte[:50],
            requete=replace(modele.requete, cible=f"/{texte}", entetes=((texte[:50], texte),)),
        )
    entete = campagne(
        *resultats,
        logiciel=Logiciel(HOSTILES[0], HOSTILES[1], HOSTILES[7], HOSTILES[5], HOSTILES[2]),
        demonstration=True,
    )
    return entete, catalogue(*exigences), echanges
