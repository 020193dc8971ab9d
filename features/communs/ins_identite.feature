# language: fr
Fonctionnalité: Éléments constitutifs de l'identité INS
  Le logiciel enregistre l'identité d'un patient selon les règles d'identitovigilance :
  champs, caractères admis, dates, champs obligatoires, affichage.

  @INS/va1.01.01 @INS/va1.56.01
  Scénario: Les dix champs d'identité sont enregistrés et montrés
    Étant donné un patient « Camille » connu d'INSi
      | champ               | valeur            |
      | prénoms de naissance | MARIE-LOU ANNE   |
      | nom utilisé         | D'AUBIGNE         |
      | prénom utilisé      | MARIE             |
    Et un patient « Sacha » connu d'INSi
      | champ               | valeur            |
      | sexe                | M                 |
      | nom utilisé         | LE GOFF           |
      | prénom utilisé      | JEAN-NOEL         |
    Quand l'agent d'accueil crée la fiche du patient « Camille » et l'amène à l'identité qualifiée
    Et l'agent d'accueil crée la fiche du patient « Sacha » et l'amène à l'identité qualifiée
    Alors la fiche du patient « Camille » porte les dix champs d'identité avec leurs valeurs
    Et la fiche du patient « Sacha » porte les dix champs d'identité avec leurs valeurs

  @INS/va1.01.02
  Scénario: Un nom reçu par un flux informatisé est gardé entier
    # Le texte officiel demande que le tiret, l'apostrophe, l'espace et 54 caractères soient acceptés.
    Quand le logiciel reçoit par un flux d'identités un patient nommé
      | nom de naissance                                       |
      | SAINT-EXUPERY                                          |
      | N'GUESSAN                                              |
      | DE LA TOUR                                             |
      | D'ARCY-LES MOULINS                                     |
      | MONTMORENCY DE LA ROCHE-FOUCAULD D'ALBRET SAINT-CHAMON |
    Alors chacun de ces noms est gardé tel quel dans la fiche créée

  @INS/va1.56.02
  Scénario: La saisie d'un nom suit les règles de nommage
    Quand l'agent d'accueil crée la fiche de patients nommés
      | nom de naissance                                       |
      | ROCHE-MAURE                                            |
      | L'HERMITE                                              |
      | LE ROY                                                 |
      | MONTMORENCY DE LA ROCHE-FOUCAULD D'ALBRET SAINT-CHAMON |
    Alors chacun de ces noms est gardé tel quel dans la fiche créée
    Quand l'agent d'accueil essaie de créer la fiche de patients nommés
      | nom de naissance |
      | Martin           |
      | LEFÈVRE          |
      | GONÇALVES        |
      | NUÑEZ            |
      | HÄNDEL           |
    Alors aucun de ces noms n'est enregistré avec une minuscule ou un accent

  @INS/va1.01.03 @INS/va1.56.03
  Scénario: Une date de naissance impossible est refusée
    # Les dates possibles sont relues dans la fiche : c'est le contrôle positif du refus.
    Quand l'agent d'accueil essaie de créer la fiche d'un patient né le
      | date       | possible |
      | 1984-02-29 | oui      |
      | 1979-12-31 | oui      |
      | 1984-05-32 | non      |
      | 1984-13-05 | non      |
      | 1984-00-05 | non      |
      | 1984-05-00 | non      |
    Alors seules les dates possibles sont acceptées

  @INS/va1.56.04
  Scénario: Le numéro de sécurité sociale ne se confond pas avec le matricule INS
    # Le texte officiel regarde l'écran ; le banc écrit en plus un autre numéro pour voir que rien ne se mélange.
    Étant donné tous les champs d'identité affichés
    Et un patient « Andrea » dont le statut est « identité qualifiée »
    Quand l'agent d'accueil saisit le numéro de sécurité sociale d'un parent sur la fiche du patient « Andrea »
    Et le professionnel ouvre la fiche du patient « Andrea »
    Alors le champ du numéro de sécurité sociale est distinct du matricule INS et son libellé ne dit pas « INS »

  @INS/va1.21.01
  Scénario: Une identité incomplète n'est pas créée
    # Le texte officiel s'arrête aux refus ; la création avec les seuls traits obligatoires est le contrôle positif.
    Étant donné un patient « Noa » connu d'INSi
    Quand l'agent d'accueil essaie de créer la fiche du patient « Noa » sans
      | trait                       |
      | nom de naissance            |
      | premier prénom de naissance |
      | date de naissance           |
      | sexe                        |
      | code lieu de naissance      |
    Alors chaque création incomplète est refusée
    Quand l'agent d'accueil essaie de créer la fiche du patient « Noa » avec les seuls traits obligatoires
    Alors la fiche du patient « Noa » est créée avec ces traits

  @INS/va1.22.01
  Scénario: Les champs facultatifs d'une identité peuvent rester vides
    # Deux personnes : ni nom utilisé, ni prénom utilisé, ni aucun autre champ facultatif.
    Étant donné un patient « Sasha » connu d'INSi
    Et un patient « Yaël » connu d'INSi
      | champ | valeur |
      | sexe  | M      |
    Quand l'agent d'accueil essaie de créer la fiche du patient « Sasha » avec les seuls traits obligatoires
    Et l'agent d'accueil essaie de créer la fiche du patient « Yaël » avec les seuls traits obligatoires
    Alors la fiche du patient « Sasha » est créée avec ces traits
    Et la fiche du patient « Yaël » est créée avec ces traits

  @INS/va1.36.01
  Scénario: Les champs d'identité sont affichés avec des libellés sans équivoque
    Étant donné un patient « Lou » dont le statut est « identité qualifiée »
      | champ          | valeur |
      | nom utilisé    | MERLE  |
      | prénom utilisé | LOUISE |
    Quand l'administrateur n'affiche aucun champ facultatif
    Et le professionnel ouvre la fiche du patient « Lou »
    Alors nom de naissance, premier prénom, date de naissance et sexe sont affichés
    Quand l'administrateur affiche tous les champs d'identité
    Et le professionnel ouvre la fiche du patient « Lou »
    Alors les dix champs d'identité sont affichés avec des libellés sans équivoque
    Et le matricule INS affiché est suivi de sa nature

  @INS/va1.27.01
  Scénario: Les modifications d'une identité sont tracées
    Étant donné un patient « Maxime » dont le statut est « identité provisoire »
    Quand le professionnel remplace le prénom utilisé du patient « Maxime » par « MAX »
    Et l'agent d'accueil remplace le nom de naissance du patient « Maxime » par « DUBOIS-MAREUIL »
    Alors la modification du prénom utilisé du patient « Maxime » par le professionnel est tracée
    Et la modification du nom de naissance du patient « Maxime » par l'agent d'accueil est tracée

  @INS/va1.39.01
  Scénario: Les accès à l'INS sont tracés
    # Deux utilisateurs, là où le texte officiel en demande un : un nom constant se verrait.
    Étant donné un patient « Eden » dont le statut est « identité qualifiée »
    Quand le professionnel ouvre la fiche du patient « Eden »
    Et un autre professionnel ouvre la fiche du patient « Eden »
    Alors l'accès à l'INS du patient « Eden » est tracé pour le professionnel et un autre professionnel

  @INS/va1.50.01
  Scénario: L'accès à l'INS dépend d'une habilitation
    # Le texte officiel demande l'écran de paramétrage ; le banc vérifie que le droit donné change ce qui est permis.
    Étant donné un patient « Alix » dont le statut est « identité qualifiée »
    Quand une personne sans droit sur l'INS essaie d'ouvrir la fiche du patient « Alix »
    Alors l'accès à l'INS est refusé
    Quand l'administrateur donne à une personne sans droit sur l'INS l'accès à l'INS
    Et une personne sans droit sur l'INS essaie d'ouvrir la fiche du patient « Alix »
    Alors l'accès à l'INS est obtenu

  @INS/va1.41.01
  Scénario: La recherche par matricule INS exige les 15 caractères et leur clé
    # Deux patients, deux statuts ; le matricule est refusé sans clé, tronqué, puis avec une clé fausse.
    Étant donné un patient « Robin » dont le statut est « identité qualifiée »
    Et un patient « Ange » dont le statut est « identité récupérée »
    Quand le professionnel cherche le patient « Robin » par son matricule INS complet
    Alors la recherche rend le patient « Robin » et lui seul
    Quand le professionnel cherche le patient « Ange » par son matricule INS complet
    Alors la recherche rend le patient « Ange » et lui seul
    Quand le professionnel cherche le patient « Robin » par un matricule INS incomplet ou de clé fausse
    Alors la recherche est refusée à chaque fois
